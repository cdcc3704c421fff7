import { bytesIn, type Room } from "../room.ts";
import { type Block, blockwise } from "./block-codec.ts";

const slotsOf = (room: Room) => room.slots as [Float32Array, Float32Array];
/** The kernels take eight at a time. */
export const wholeEights = (count: number) => (count + 7) & ~7;

function bringHalves(room: Room, { bytes, start, count }: Block): void {
  const [, halves] = slotsOf(room);
  bytesIn(halves, 2 * count).set(bytes.subarray(2 * start, 2 * (start + count)));
}

/** IEEE half precision, little-endian: what is beyond 65504 becomes infinite, and is seen as that. */
export const fp16 = blockwise({
  byteLength: (length) => 2 * length,
  encode(room, { bytes, start, count }) {
    const [floats, halves] = slotsOf(room);
    room.functions.fp16Encode(floats.byteOffset, halves.byteOffset, wholeEights(count));
    bytes.set(bytesIn(halves, 2 * count), 2 * start);
  },
  decode(room, block) {
    const [floats, halves] = slotsOf(room);
    bringHalves(room, block);
    room.functions.fp16Decode(halves.byteOffset, floats.byteOffset, wholeEights(block.count));
  },
  accumulate(room, block, weight) {
    const [sum, halves] = slotsOf(room);
    bringHalves(room, block);
    room.functions.fp16Accumulate(halves.byteOffset, sum.byteOffset, wholeEights(block.count), weight);
  },
});
