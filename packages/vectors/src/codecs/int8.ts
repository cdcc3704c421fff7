import { INT8_BLOCK } from "../block-functions.ts";
import { bytesIn, type Room } from "../room.ts";
import { type Block, blockwise } from "./block-codec.ts";

type Slots = readonly [Float32Array, Float32Array, Float32Array];

/** Blocks that hold so many elements. */
export const scalesOf = (count: number) => Math.ceil(count / INT8_BLOCK);

function bring(room: Room, { bytes, length, start, count }: Block): void {
  const [, whole, scales] = room.slots as Slots;
  const [scalesAt, wholeAt] = [4 * scalesOf(start), 4 * scalesOf(length) + start];
  bytesIn(scales, 4 * scalesOf(count)).set(bytes.subarray(scalesAt, scalesAt + 4 * scalesOf(count)));
  bytesIn(whole, count).set(bytes.subarray(wholeAt, wholeAt + count));
}

/**
 * Whole numbers of 8 bits: first a scale for each block of 256 elements, a float, then a signed byte for each element. Rounding
 * is by chance, up or down so that the mean is right.
 */
export const int8 = blockwise({
  byteLength: (length) => 4 * scalesOf(length) + length,
  encode(room, { bytes, length, start, count }, [key0, key1]) {
    const [floats, whole, scales] = room.slots as Slots;
    const blocks = scalesOf(count);
    floats.fill(0, count, INT8_BLOCK * blocks);
    const addresses = [floats.byteOffset, scales.byteOffset, whole.byteOffset] as const;
    room.functions.int8Encode(...addresses, blocks, key0, key1, start / INT8_BLOCK);
    bytes.set(bytesIn(scales, 4 * blocks), 4 * scalesOf(start));
    bytes.set(bytesIn(whole, count), 4 * scalesOf(length) + start);
  },
  decode(room, block) {
    const [floats, whole, scales] = room.slots as Slots;
    bring(room, block);
    room.functions.int8Decode(scales.byteOffset, whole.byteOffset, floats.byteOffset, scalesOf(block.count));
  },
  accumulate(room, block, weight) {
    const [sum, whole, scales] = room.slots as Slots;
    bring(room, block);
    room.functions.int8Accumulate(scales.byteOffset, whole.byteOffset, sum.byteOffset, scalesOf(block.count), weight);
  },
});
