/**
 * The WebAssembly module and its memory: room for a block of each of four vectors. Vectors are copied there block by
 * block and back, which costs little while a block stays in the processor's cache, so that they may lie anywhere.
 */
import { kernels as binary } from "#kernels";
import type { BlockFunctions } from "./block-functions.ts";

/** Floats: so many of each of four vectors fit the second cache of any processor of today. */
export const BLOCK = 8192;
const SLOTS = 4;
const LANES_AT = 1024;
const SLOTS_AT = 2048;
const PAGE_BYTES = 65_536;
/** Whole pages. */
export const memoryBytes = PAGE_BYTES * Math.ceil((SLOTS_AT + 4 * BLOCK * SLOTS) / PAGE_BYTES);

export interface Kernels {
  readonly functions: KernelFunctions;
  /** 16 words for the lanes of a checksum, and where they are. */
  readonly lanes: Int32Array;
  readonly lanesAt: number;
  /** A block each. */
  readonly slots: readonly Float32Array[];
}

interface KernelFunctions extends BlockFunctions {
  checksum(words: number, stripes: number, lanes: number): void;
  /** The addresses of gradient sum, parameters and state, how many, and the formula's numbers. Returns 0 or 1. */
  momentum(...args: number[]): number;
  adam(...args: number[]): number;
  kerasAdam(...args: number[]): number;
}

/** The little of it that is used: not every package that imports this knows a browser's types. */
interface WebAssemblyLike {
  validate(bytes: Uint8Array): boolean;
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

let made: Kernels | null | undefined;

/** Null where the runtime has no WebAssembly with SIMD. */
export function kernelsHere(): Kernels | null {
  if (made === undefined) made = instantiate((globalThis as { WebAssembly?: WebAssemblyLike }).WebAssembly);
  return made;
}

function instantiate(api: WebAssemblyLike | undefined): Kernels | null {
  if (api === undefined || !api.validate(binary)) return null;
  const pages = memoryBytes / PAGE_BYTES;
  const memory = new api.Memory({ initial: pages, maximum: pages });
  // So small a module is compiled while one waits.
  const instance = new api.Instance(new api.Module(binary), { env: { memory } });
  return {
    functions: instance.exports as KernelFunctions,
    lanes: new Int32Array(memory.buffer, LANES_AT, 16),
    lanesAt: LANES_AT,
    slots: slotsOf(memory.buffer),
  };
}

/** Room for a block of each of four vectors. */
export function slotsOf(memory: ArrayBuffer): readonly Float32Array[] {
  return Array.from({ length: SLOTS }, (_, i) => new Float32Array(memory, SLOTS_AT + 4 * BLOCK * i, BLOCK));
}
