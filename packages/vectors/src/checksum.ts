import { mixWord, murmur3 } from "@convoy/foundation";
import { type Kernels, kernelsHere } from "./kernels.ts";

const LANES = 16;
const STRIPE_BYTES = 4 * LANES;
/** Of a slot. */
const BLOCK_STRIPES = 512;

/**
 * A checksum for long vectors, against accidents and not against an adversary: MurmurHash3 x86_32 in 16 lanes. Word i of
 * the bytes, little-endian, belongs to lane i mod 16; lane j starts at seed + j and takes its words as MurmurHash3 does.
 * The lanes as 64 bytes are hashed by MurmurHash3, seeded with the number of bytes; so are the bytes that fill no
 * stripe of 16 words, seeded with that. One lane alone would wait for each product; 16 fill a SIMD unit.
 */
export function checksum(bytes: Uint8Array, seed = 0): number {
  const lanes = Int32Array.from({ length: LANES }, (_, lane) => seed + lane);
  const stripes = Math.floor(bytes.byteLength / STRIPE_BYTES);
  const kernels = kernelsHere();
  if (kernels === null) takeStripes(bytes, stripes, lanes);
  else takeStripesInBlocks(kernels, bytes, stripes, lanes);
  const whole = murmur3(new Uint8Array(lanes.buffer), bytes.byteLength);
  return murmur3(bytes.subarray(stripes * STRIPE_BYTES), whole);
}

function takeStripesInBlocks(
  { functions, slots, ...own }: Kernels,
  bytes: Uint8Array,
  stripes: number,
  lanes: Int32Array,
): void {
  const slot = slots[0] as Float32Array;
  const room = new Uint8Array(slot.buffer, slot.byteOffset, slot.byteLength);
  own.lanes.set(lanes);
  for (let done = 0; done < stripes; done += BLOCK_STRIPES) {
    const count = Math.min(BLOCK_STRIPES, stripes - done);
    room.set(bytes.subarray(done * STRIPE_BYTES, (done + count) * STRIPE_BYTES));
    functions.checksum(slot.byteOffset, count, own.lanesAt);
  }
  lanes.set(own.lanes);
}

/** What the kernel has to give. */
export function takeStripes(bytes: Uint8Array, stripes: number, lanes: Int32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < stripes * LANES; i++) {
    lanes[i % LANES] = mixWord(lanes[i % LANES] as number, view.getInt32(4 * i, true));
  }
}
