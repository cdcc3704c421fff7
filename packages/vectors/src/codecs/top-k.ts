/**
 * The largest of a vector by magnitude, of equal ones the first; all others are taken for zero. Little-endian:
 *
 * |  offset | type      | field |
 * |--------:|-----------|-------|
 * |       0 | uint32    | k: how many |
 * |       4 | float32   | scale, a power of two |
 * |       8 | k × 2     | the values / scale in half precision, in the order of their indices |
 * | 8 + 2 k | k varints | how many elements lie between each and the one before it, or the vector's beginning |
 *
 * Of one in a hundred, such a gap takes 1.3 bytes, where an index takes 4; and gaps cannot name an index twice, or go
 * back. The scale brings the largest value to 2¹⁴ … 2¹⁵: of what is kept nothing becomes infinite and little subnormal.
 */
import { assert } from "@convoy/foundation";
import { accumulateFloats, addVectors, filledUp } from "../elements.ts";
import { BLOCK } from "../kernels.ts";
import { bytesIn, type Room } from "../room.ts";
import { candidatesFor } from "./candidates.ts";
import type { Codec } from "./codec.ts";
import { wholeEights } from "./fp16.ts";
import { MAGNITUDE_MASK, thresholdOf } from "./threshold.ts";
import { VarintReader, writeVarint } from "./varint.ts";

export const TOP_K_HEADER_BYTES = 8;
/** The largest value's, divided by the scale. */
const LARGEST_EXPONENT = 14;
/** Of a normal 32-bit float. */
const SMALLEST_EXPONENT = -126;
const MANTISSA_BITS = 23;
const EXPONENT_BIAS = 127;

/** How many of `length` elements a share of them is: at least one. */
function keptOf(length: number, share: number): number {
  assert(share > 0 && share <= 1, `the share of a vector that is kept lies above 0 and up to 1: it is not ${share}`);
  return Math.max(1, Math.round(share * length));
}

export const topK: Codec = {
  mostBytes(length, share) {
    const k = keptOf(length, share);
    // A gap takes a byte, and at most one more for each 128 elements that it skips.
    return TOP_K_HEADER_BYTES + 2 * k + k + Math.min(4 * k, Math.floor(length / 128));
  },
  encode: (room, vector, bytes, { share }) => encode(room, vector, keptOf(vector.length, share), bytes),
  encodeWithFeedback(room, vector, residual, bytes, { share }) {
    addVectors(residual, vector);
    const length = encode(room, residual, keptOf(vector.length, share), bytes);
    accumulate(room, bytes, residual, -1);
    return length;
  },
  encodeChange(room, { from, to, reached }, bytes, { share }) {
    reached.set(to);
    accumulateFloats(reached, from, -1);
    const length = encode(room, reached, keptOf(from.length, share), bytes);
    reached.set(from);
    accumulate(room, bytes, reached, 1);
    return length;
  },
  decode(room, bytes, out) {
    out.fill(0);
    accumulate(room, bytes, out, 1);
  },
  accumulate,
  isFinite(room, bytes) {
    const slot = room.slots[0] as Float32Array;
    for (const { length } of valuesOf(room, bytes))
      if (room.functions.finite(...filledUp(slot, length)) === 0) return false;
    return true;
  },
  squares(room, bytes) {
    let sum = 0;
    const slot = room.slots[0] as Float32Array;
    for (const { length } of valuesOf(room, bytes)) sum += room.functions.squares(...filledUp(slot, length));
    return sum;
  },
};

/** Returns the number of bytes written. */
function encode(room: Room, vector: Float32Array, k: number, bytes: Uint8Array): number {
  const { words, indices } = candidatesFor(room, vector, k);
  const { bits, ties } = thresholdOf(words, k);
  const scale = scaleFor(words);
  writeHeader(bytes, k, scale);
  const floats = room.slots[0] as Float32Array;
  let [next, tied, kept, at] = [0, 0, 0, TOP_K_HEADER_BYTES + 2 * k];
  for (let i = 0; i < words.length; i++) {
    const magnitude = (words[i] as number) & MAGNITUDE_MASK;
    if (magnitude < bits || (magnitude === bits && tied++ >= ties)) continue;
    const index = indices === null ? i : (indices[i] as number);
    at = writeVarint(bytes, at, index - next);
    next = index + 1;
    floats[kept++ % BLOCK] = (vector[index] as number) / scale;
    if (kept % BLOCK === 0) writeValues(room, bytes, kept - BLOCK, BLOCK);
  }
  writeValues(room, bytes, kept - (kept % BLOCK), kept % BLOCK);
  return at;
}

/** A power of two. */
function scaleFor(words: Int32Array): number {
  let largest = 0;
  for (let i = 0; i < words.length; i++) largest = Math.max(largest, (words[i] as number) & MAGNITUDE_MASK);
  const exponent = (largest >>> MANTISSA_BITS) - EXPONENT_BIAS;
  return 2 ** Math.max(exponent - LARGEST_EXPONENT, SMALLEST_EXPONENT);
}

function writeHeader(bytes: Uint8Array, k: number, scale: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, TOP_K_HEADER_BYTES);
  view.setUint32(0, k, true);
  view.setFloat32(4, scale, true);
}

export function readTopKHeader(bytes: Uint8Array): { readonly k: number; readonly scale: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, TOP_K_HEADER_BYTES);
  return { k: view.getUint32(0, true), scale: view.getFloat32(4, true) };
}

function writeValues({ functions, slots }: Room, bytes: Uint8Array, start: number, count: number): void {
  const [floats, halves] = slots as [Float32Array, Float32Array];
  functions.fp16Encode(floats.byteOffset, halves.byteOffset, wholeEights(count));
  bytes.set(bytesIn(halves, 2 * count), TOP_K_HEADER_BYTES + 2 * start);
}

/** The values of a block after the other, in the room's first slot. */
function* valuesOf({ functions, slots }: Room, bytes: Uint8Array): Generator<Float32Array> {
  const [floats, halves] = slots as [Float32Array, Float32Array];
  const { k, scale } = readTopKHeader(bytes);
  for (let start = 0; start < k; start += BLOCK) {
    const count = Math.min(BLOCK, k - start);
    const at = TOP_K_HEADER_BYTES + 2 * start;
    bytesIn(halves, 2 * count).set(bytes.subarray(at, at + 2 * count));
    functions.fp16Decode(halves.byteOffset, floats.byteOffset, wholeEights(count));
    for (let i = 0; i < count; i++) floats[i] = scale * (floats[i] as number);
    yield floats.subarray(0, count);
  }
}

function accumulate(room: Room, bytes: Uint8Array, sum: Float32Array, weight: number): void {
  const factor = Math.fround(weight);
  const gaps = new VarintReader(bytes, TOP_K_HEADER_BYTES + 2 * readTopKHeader(bytes).k);
  let index = -1;
  for (const values of valuesOf(room, bytes)) {
    for (let i = 0; i < values.length; i++) {
      index += 1 + gaps.next();
      sum[index] = (sum[index] as number) + Math.fround(factor * (values[i] as number));
    }
  }
}
