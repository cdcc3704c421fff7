import { wholeFours } from "./elements.ts";
import { BLOCK, kernelsHere } from "./kernels.ts";

/** SGD with momentum of either form, Adam as PyTorch does it, Adam as Keras does it. */
export type StepKernel = "momentum" | "adam" | "kerasAdam";

/** Of one length. What is written to may be what is read. */
export interface StepVectors {
  readonly gradientSum: Float32Array;
  readonly parameters: Float32Array;
  /** The optimizer's vectors, one or two. */
  readonly before: readonly Float32Array[];
  /** Written to, as `next`. */
  readonly after: readonly Float32Array[];
  readonly next: Float32Array;
}

/**
 * One step of an optimizer, in the SIMD kernel whose arguments after the vectors are `numbers`. Returns whether every
 * new parameter is finite; or null, having done nothing, where the runtime has no WebAssembly with SIMD.
 */
export function stepInBlocks(kernel: StepKernel, numbers: readonly number[], vectors: StepVectors): boolean | null {
  const kernels = kernelsHere();
  if (kernels === null) return null;
  const { gradientSum, parameters, before, after, next } = vectors;
  const read = [gradientSum, parameters, ...before];
  const written = [next, ...after];
  const step = kernels.functions[kernel];
  const slots = kernels.slots.slice(0, read.length);
  const given = [...slots.map(({ byteOffset }) => byteOffset), 0, ...numbers];
  let finite = true;
  for (let start = 0; start < parameters.length; start += BLOCK) {
    const count = Math.min(parameters.length - start, BLOCK);
    for (let i = 0; i < read.length; i++) bring(read[i] as Float32Array, start, count, slots[i] as Float32Array);
    given[slots.length] = wholeFours(count);
    if (step(...given) === 0) finite = false;
    for (let i = 0; i < written.length; i++)
      (written[i] as Float32Array).set((slots[i + 1] as Float32Array).subarray(0, count), start);
  }
  return finite;
}

/** Up to three elements beyond fill the last four; with ones, no formula divides by zero. */
function bring(vector: Float32Array, start: number, count: number, slot: Float32Array): void {
  slot.set(vector.subarray(start, start + count));
  slot.fill(1, count, wholeFours(count));
}
