import { assert } from "@convoy/foundation";
import { BLOCK, type Kernels, kernelsHere } from "./kernels.ts";

/** left ← left + right, element by element. Returns `left`. */
export function addVectors(left: Float32Array, right: Float32Array): Float32Array {
  assert(left.length === right.length, "vectors of one sum have one length");
  const kernels = kernelsHere();
  if (kernels === null) addPlainly(left, right);
  else addInBlocks(kernels, left, right);
  return left;
}

function addInBlocks({ functions, slots }: Kernels, left: Float32Array, right: Float32Array): void {
  const [one, other] = slots as [Float32Array, Float32Array];
  for (let start = 0; start < left.length; start += BLOCK) {
    const end = Math.min(left.length, start + BLOCK);
    one.set(left.subarray(start, end));
    other.set(right.subarray(start, end));
    functions.add(one.byteOffset, other.byteOffset, wholeFours(end - start));
    left.set(one.subarray(0, end - start), start);
  }
}

/** What the kernel has to give. */
export function addPlainly(left: Float32Array, right: Float32Array): void {
  for (let i = 0; i < left.length; i++) left[i] = (left[i] as number) + (right[i] as number);
}

/** Whether every element is a number: neither NaN nor infinite. */
export function isFiniteVector(vector: Float32Array): boolean {
  const kernels = kernelsHere();
  return kernels === null ? vector.every(Number.isFinite) : isFiniteInBlocks(kernels, vector);
}

function isFiniteInBlocks({ functions, slots }: Kernels, vector: Float32Array): boolean {
  const slot = slots[0] as Float32Array;
  for (let start = 0; start < vector.length; start += BLOCK) {
    const end = Math.min(vector.length, start + BLOCK);
    const count = end - start;
    slot.set(vector.subarray(start, end));
    // What an earlier vector left there is none of this one's elements.
    slot.fill(0, count, wholeFours(count));
    if (functions.finite(slot.byteOffset, wholeFours(count)) === 0) return false;
  }
  return true;
}

/**
 * The Euclidean norm, to about five digits: no number where an element is none, and infinite where one is or where squares
 * are beyond 32 bits.
 */
export function normOf(vector: Float32Array): number {
  const kernels = kernelsHere();
  if (kernels === null) return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const slot = kernels.slots[0] as Float32Array;
  let sum = 0;
  for (let start = 0; start < vector.length; start += BLOCK) {
    const count = Math.min(BLOCK, vector.length - start);
    slot.set(vector.subarray(start, start + count));
    slot.fill(0, count, wholeFours(count));
    sum += kernels.functions.squares(slot.byteOffset, wholeFours(count));
  }
  return Math.sqrt(sum);
}

/** Kernels take four floats at a time. */
export function wholeFours(count: number): number {
  return (count + 3) & ~3;
}
