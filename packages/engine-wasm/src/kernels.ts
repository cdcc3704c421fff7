/** The WebAssembly module: compiled once in a thread, an instance for every engine. */

import { EngineError } from "@convoy/engine";
import { murmur3 } from "@convoy/foundation";
import { relaxedSimd, simd } from "#kernels";

/**
 * What `kernels/index.ts` exports, which is also where each is explained. Addresses and counts are numbers of bytes and
 * elements; truth values are 0 or 1.
 */
export interface Kernels {
  convolution(
    image: number,
    width: number,
    inputs: number,
    filters: number,
    bias: number,
    output: number,
    outputHeight: number,
    outputWidth: number,
    outputs: number,
    window: number,
    stride: number,
    relu: number,
    scratch: number,
  ): void;
  convolutionParameterGradient(
    image: number,
    width: number,
    inputs: number,
    outputGradient: number,
    outputHeight: number,
    outputWidth: number,
    outputs: number,
    window: number,
    stride: number,
    filterGradient: number,
    biasGradient: number,
    accumulate: number,
    scratch: number,
  ): void;
  packFilters(filters: number, taps: number, outputs: number, to: number): void;
  packTurnedFilters(filters: number, window: number, inputs: number, outputs: number, to: number): void;
  placeImage(
    from: number,
    height: number,
    width: number,
    channels: number,
    to: number,
    toHeight: number,
    toWidth: number,
    top: number,
    left: number,
    dilation: number,
  ): void;
  dense(
    input: number,
    weights: number,
    bias: number,
    output: number,
    samples: number,
    inputs: number,
    outputs: number,
    relu: number,
    scratch: number,
  ): void;
  denseInputGradient(
    outputGradient: number,
    weights: number,
    inputGradient: number,
    samples: number,
    inputs: number,
    outputs: number,
    scratch: number,
  ): void;
  denseParameterGradient(
    input: number,
    outputGradient: number,
    weightsGradient: number,
    biasGradient: number,
    samples: number,
    inputs: number,
    outputs: number,
    accumulate: number,
    scratch: number,
  ): void;
  activate(input: number, output: number, count: number, activation: number): void;
  multiplyBySlope(gradient: number, output: number, count: number, activation: number): void;
  dropout(
    input: number,
    output: number,
    count: number,
    threshold: number,
    scale: number,
    sample: number,
    purposeAndLayer: number,
    epoch: number,
    seedLow: number,
    seedHigh: number,
  ): void;
  /** Returns the sum of the losses. */
  loss(logits: number, labels: number, gradient: number, samples: number, classes: number, correct: number): number;
  normalize(
    input: number,
    output: number,
    pixels: number,
    channels: number,
    reach: number,
    bias: number,
    alpha: number,
    beta: number,
    squares: number,
  ): void;
  normalizeGradient(
    input: number,
    outputGradient: number,
    inputGradient: number,
    pixels: number,
    channels: number,
    reach: number,
    bias: number,
    alpha: number,
    beta: number,
    squares: number,
    shared: number,
  ): void;
  extremePool(
    input: number,
    height: number,
    width: number,
    channels: number,
    output: number,
    places: number,
    outputHeight: number,
    outputWidth: number,
    window: number,
    stride: number,
    top: number,
    left: number,
    extreme: number,
    relu: number,
  ): void;
  extremePoolGradient(
    outputGradient: number,
    places: number,
    outputHeight: number,
    outputWidth: number,
    inputGradient: number,
    height: number,
    width: number,
    channels: number,
    window: number,
    stride: number,
    top: number,
    left: number,
  ): void;
  meanPool(
    input: number,
    width: number,
    channels: number,
    output: number,
    outputHeight: number,
    outputWidth: number,
    spans: number,
    divisor: number,
  ): void;
  meanPoolGradient(
    outputGradient: number,
    outputHeight: number,
    outputWidth: number,
    inputGradient: number,
    height: number,
    width: number,
    channels: number,
    spans: number,
    divisor: number,
  ): void;
  normalizePixels(pixels: number, count: number, channels: number, table: number, output: number): void;
  resamplePixels(
    pixels: number,
    height: number,
    width: number,
    channels: number,
    rows: number,
    columns: number,
    top: number,
    left: number,
    flipped: number,
    output: number,
    outputHeight: number,
    outputWidth: number,
    scales: number,
    offsets: number,
  ): void;
}

/** "simd" gives the same bits everywhere; "relaxed-simd" may fuse a multiplication with an addition. */
export type KernelBuild = "simd" | "relaxed-simd";

export interface CompiledKernels {
  readonly module: WebAssembly.Module;
  /** Of the module's bytes, eight hexadecimal digits: names the arithmetic. */
  readonly hash: string;
}

const compiled = new Map<KernelBuild, Promise<CompiledKernels>>();

/** Rejects with an EngineError where the runtime cannot run the build. */
export function compileKernels(build: KernelBuild): Promise<CompiledKernels> {
  let kernels = compiled.get(build);
  if (kernels === undefined) {
    kernels = compile(build);
    compiled.set(build, kernels);
  }
  return kernels;
}

export function hasRelaxedSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(bytesOf("relaxed-simd"));
}

async function compile(build: KernelBuild): Promise<CompiledKernels> {
  if (typeof WebAssembly !== "object") throw new EngineError("This browser has no WebAssembly.");
  const bytes = bytesOf(build);
  if (!WebAssembly.validate(bytes)) throw new EngineError(`This browser's WebAssembly has no ${sayBuild(build)}.`);
  return { module: await WebAssembly.compile(bytes), hash: murmur3(bytes).toString(16).padStart(8, "0") };
}

function sayBuild(build: KernelBuild): string {
  return build === "simd" ? "SIMD" : "relaxed SIMD";
}

function bytesOf(build: KernelBuild): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(build === "simd" ? simd : relaxedSimd), (character) => character.charCodeAt(0));
}

export async function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}
