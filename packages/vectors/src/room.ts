import type { BlockFunctions } from "./block-functions.ts";
import { kernelsHere, memoryBytes, slotsOf } from "./kernels.ts";
import { plainKernels } from "./plain-kernels.ts";

/** Kernels, and room for a block of each of four vectors in their memory. */
export interface Room {
  readonly functions: BlockFunctions;
  readonly slots: readonly Float32Array[];
}

let plain: Room | undefined;

/** That of the SIMD module, or where a runtime has none, of its twins. */
export function roomHere(): Room {
  return kernelsHere() ?? plainRoom();
}

export function plainRoom(): Room {
  if (plain === undefined) {
    const memory = new ArrayBuffer(memoryBytes);
    plain = { functions: plainKernels(memory), slots: slotsOf(memory) };
  }
  return plain;
}

/** The first bytes of a slot. */
export function bytesIn(slot: Float32Array, count: number): Uint8Array {
  return new Uint8Array(slot.buffer, slot.byteOffset, count);
}
