/** Codecs that encode each block of a vector by itself: the passes over the blocks are the same for all of them. */
import { filledUp, wholeFours } from "../elements.ts";
import { BLOCK } from "../kernels.ts";
import type { Room } from "../room.ts";
import type { Codec, RoundingKeys } from "./codec.ts";

/** Elements `start` to `start + count` of a vector of `length`, whose encoding is `bytes`; `start` is a multiple of 8192. */
export interface Block {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly start: number;
  readonly count: number;
}

export interface BlockCodec {
  /** Of an encoded vector. */
  byteLength(length: number): number;
  /** From the room's first slot, which is left as it is, to the block's place in the bytes. */
  encode(room: Room, block: Block, keys: RoundingKeys): void;
  /** From there to the first slot. */
  decode(room: Room, block: Block): void;
  /** Adds what is encoded there, times `weight`, to the first slot. */
  accumulate(room: Room, block: Block, weight: number): void;
}

export function blockwise(codec: BlockCodec): Codec {
  return {
    mostBytes: codec.byteLength,
    encode(room, vector, bytes, { keys }) {
      for (const block of blocksOf(bytes, vector.length)) {
        bring(firstSlot(room), vector, block);
        codec.encode(room, block, keys);
      }
      return codec.byteLength(vector.length);
    },
    encodeWithFeedback(room, vector, residual, bytes, { keys }) {
      const [sum, added] = room.slots as [Float32Array, Float32Array];
      for (const block of blocksOf(bytes, vector.length)) {
        bring(sum, residual, block);
        bring(added, vector, block);
        room.functions.add(sum.byteOffset, added.byteOffset, wholeFours(block.count));
        codec.encode(room, block, keys);
        codec.accumulate(room, block, -1);
        takeBack(sum, residual, block);
      }
      return codec.byteLength(vector.length);
    },
    encodeChange(room, { from, to, reached }, bytes, { keys }) {
      const [change, subtracted] = room.slots as [Float32Array, Float32Array];
      for (const block of blocksOf(bytes, from.length)) {
        bring(change, to, block);
        bring(subtracted, from, block);
        room.functions.accumulate(change.byteOffset, subtracted.byteOffset, wholeFours(block.count), -1);
        codec.encode(room, block, keys);
        bring(change, from, block);
        codec.accumulate(room, block, 1);
        takeBack(change, reached, block);
      }
      return codec.byteLength(from.length);
    },
    decode(room, bytes, out) {
      for (const block of blocksOf(bytes, out.length)) {
        codec.decode(room, block);
        takeBack(firstSlot(room), out, block);
      }
    },
    accumulate(room, bytes, sum, weight) {
      for (const block of blocksOf(bytes, sum.length)) {
        bring(firstSlot(room), sum, block);
        codec.accumulate(room, block, weight);
        takeBack(firstSlot(room), sum, block);
      }
    },
    isFinite(room, bytes, length) {
      for (const block of blocksOf(bytes, length))
        if (room.functions.finite(...decoded(codec, room, block)) === 0) return false;
      return true;
    },
    squares(room, bytes, length) {
      let sum = 0;
      for (const block of blocksOf(bytes, length)) sum += room.functions.squares(...decoded(codec, room, block));
      return sum;
    },
  };
}

function* blocksOf(bytes: Uint8Array, length: number): Generator<Block> {
  for (let start = 0; start < length; start += BLOCK)
    yield { bytes, length, start, count: Math.min(BLOCK, length - start) };
}

const firstSlot = (room: Room) => room.slots[0] as Float32Array;

function bring(slot: Float32Array, vector: Float32Array, { start, count }: Block): void {
  slot.set(vector.subarray(start, start + count));
}

function takeBack(slot: Float32Array, vector: Float32Array, { start, count }: Block): void {
  vector.set(slot.subarray(0, count), start);
}

/** Where the block's floats are, and how many. */
function decoded(codec: BlockCodec, room: Room, block: Block): [number, number] {
  codec.decode(room, block);
  return filledUp(firstSlot(room), block.count);
}
