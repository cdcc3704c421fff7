import { EngineError, type Plan } from "@convoy/engine";
import type { Binding, Kernel } from "./wgsl/kernel.ts";

/** Bytes that every uniform's place is a multiple of, on all GPUs. */
export const UNIFORM_ALIGNMENT = 256;

const WORDS_OF_SAMPLE = 4;

/** How large the buffers of a step are, in bytes; see `SharedResource`. */
export interface StepSizes {
  readonly arena: number;
  readonly scratch: number;
  readonly results: number;
  /** The uniform that all kernels read, and the samples behind it. */
  readonly header: number;
  readonly pixels: number;
  /** Numbers of the parts of a kernel, each a uniform. */
  readonly parts: number;
}

/** For batches of up to `plan.batchSize` samples, with so many bytes in a picture. */
export function stepSizes(plan: Plan, kernels: readonly Kernel[], pictureBytes: number): StepSizes {
  const count = plan.batchSize;
  const most = (of: (kernel: Kernel) => number) => Math.max(...kernels.map(of));
  return {
    arena: plan.arenaBytes,
    scratch:
      4 *
      Math.max(
        1,
        most(({ scratchFloats }) => scratchFloats(count)),
      ),
    results: 4 * (plan.parameterCount + 4 * count),
    header: UNIFORM_ALIGNMENT + 4 * WORDS_OF_SAMPLE * count,
    pixels: 4 * Math.ceil((count * pictureBytes) / 4),
    parts:
      UNIFORM_ALIGNMENT * most(({ workgroups, workgroupsOfPart }) => Math.ceil(workgroups(count) / workgroupsOfPart)),
  };
}

type BufferLimits = Pick<GPUSupportedLimits, "maxBufferSize" | "maxStorageBufferBindingSize">;

/** The first buffer that is larger than the GPU allows, by what a person would call it; null where none is. */
export function refusedBuffer(
  plan: Plan,
  { arena, scratch, results, pixels }: StepSizes,
  limits: BufferLimits,
): { readonly name: string; readonly bytes: number; readonly limit: number } | null {
  const whole = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const wanted: [name: string, bytes: number, limit: number][] = [
    ["its parameters", 4 * plan.parameterCount, whole],
    ["its gradient", results, whole],
    ["its pictures", pixels, whole],
    ["its partial sums", scratch, whole],
    ["all that lies between its layers", arena, limits.maxBufferSize],
    ...plan.buffers.map(({ name, bytes }): [string, number, number] => [
      `the output of ${name}`.replace(/^the output of (gradient|places|input)/, "the $1"),
      bytes,
      limits.maxStorageBufferBindingSize,
    ]),
  ];
  const refused = wanted.find(([, bytes, limit]) => bytes > limit);
  if (refused === undefined) return null;
  const [name, bytes, limit] = refused;
  return { name, bytes, limit };
}

/** Throws an EngineError that names the first buffer that is larger than the GPU allows. */
export function requireLimits(plan: Plan, sizes: StepSizes, limits: BufferLimits): void {
  const refused = refusedBuffer(plan, sizes, limits);
  if (refused === null) return;
  const { name, bytes, limit } = refused;
  const samples = plan.batchSize === 1 ? "one sample" : `${plan.batchSize} samples`;
  throw new EngineError(
    `${plan.model.name} does not fit on this GPU with ${samples} at once: ${name} would take ${megabytes(bytes)}, and a buffer may have ${megabytes(limit)}.`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes * 1e-6).toFixed(1)} MB`;
}

/** The buffers of a step for batches of up to `plan.batchSize` samples. */
export class StepBuffers {
  readonly plan: Plan;
  readonly sizes: StepSizes;
  readonly results: GPUBuffer;
  readonly header: GPUBuffer;
  readonly pixels: GPUBuffer;
  readonly parts: GPUBuffer;
  readonly #arena: GPUBuffer;
  readonly #scratch: GPUBuffer;
  readonly #parameters: GPUBuffer;

  /** Throws an EngineError where they are larger than the GPU allows. */
  constructor(device: GPUDevice, plan: Plan, sizes: StepSizes, parameters: GPUBuffer) {
    requireLimits(plan, sizes, device.limits);
    const { STORAGE, COPY_SRC, COPY_DST, UNIFORM } = GPUBufferUsage;
    this.plan = plan;
    this.sizes = sizes;
    this.#parameters = parameters;
    this.#arena = device.createBuffer({ label: "arena", size: sizes.arena, usage: STORAGE });
    this.#scratch = device.createBuffer({ label: "scratch", size: sizes.scratch, usage: STORAGE });
    this.results = device.createBuffer({ label: "results", size: sizes.results, usage: STORAGE | COPY_SRC });
    this.header = device.createBuffer({ label: "header", size: sizes.header, usage: STORAGE | UNIFORM | COPY_DST });
    this.pixels = device.createBuffer({ label: "pixels", size: sizes.pixels, usage: STORAGE | COPY_DST });
    this.parts = device.createBuffer({ label: "parts", size: sizes.parts, usage: UNIFORM, mappedAtCreation: true });
    const numbers = new Uint32Array(this.parts.getMappedRange());
    const stride = UNIFORM_ALIGNMENT / 4;
    for (let number = 0; number * stride < numbers.length; number++) numbers[number * stride] = number;
    this.parts.unmap();
  }

  /** What a kernel's binding is bound to. `state`: an optimizer's velocity or moments. */
  bindingOf({ resource }: Binding, state: readonly GPUBuffer[]): GPUBufferBinding {
    switch (resource) {
      case "parameters":
      case "moved-parameters":
        return { buffer: this.#parameters };
      case "first-state":
      case "second-state":
        return { buffer: state[resource === "first-state" ? 0 : 1] as GPUBuffer };
      case "results":
        return { buffer: this.results };
      case "scratch":
        return { buffer: this.#scratch };
      case "samples":
        return { buffer: this.header, offset: UNIFORM_ALIGNMENT };
      case "pixels":
        return { buffer: this.pixels };
      default: {
        const { offset, bytes } = this.plan.buffers[resource] as Plan["buffers"][number];
        return { buffer: this.#arena, offset, size: bytes };
      }
    }
  }

  destroy(): void {
    for (const buffer of [this.#arena, this.#scratch, this.results, this.header, this.pixels, this.parts]) {
      buffer.destroy();
    }
  }
}
