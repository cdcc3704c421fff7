/** Among which elements the largest are: few of them, where that can be told from a sample. */
import { BLOCK } from "../kernels.ts";
import type { Room } from "../room.ts";
import { thresholdOf } from "./threshold.ts";

/** Holds the `k` largest, and no element that is left out is as large as one of them. */
export interface Candidates {
  /** The bits of floats. */
  readonly words: Int32Array;
  /** Where they are in the vector, ascending; null where they are the whole vector. */
  readonly indices: Int32Array | null;
}

const SAMPLE = 8192;
/** Of the sample. Where more of it may have to be kept, gathering saves nothing. */
const MOST_SAMPLED = SAMPLE / 4;
const sample = new Int32Array(SAMPLE);
/** Kept from vector to vector. */
let room: { readonly words: Int32Array; readonly indices: Int32Array } | undefined;

/**
 * A vector's candidates hold until the next are asked for. A sample only says where to begin: when it misleads, all
 * elements are candidates.
 */
export function candidatesFor(kernels: Room, vector: Float32Array, k: number): Candidates {
  const words = new Int32Array(vector.buffer, vector.byteOffset, vector.length);
  const all = { words, indices: null };
  const expected = (SAMPLE * k) / vector.length;
  // Four standard deviations beyond what is expected, and some.
  const sampled = Math.ceil(expected + 4 * Math.sqrt(expected) + 8);
  if (sampled > MOST_SAMPLED || vector.length < 2 * SAMPLE) return all;
  for (let i = 0; i < SAMPLE; i++) sample[i] = words[Math.floor((i * vector.length) / SAMPLE)] as number;
  // Zeros, which also fill up the last block, are never gathered.
  const least = Math.max(1, thresholdOf(sample, sampled).bits);
  const most = Math.ceil((2 * sampled * vector.length) / SAMPLE);
  const gathered = gather(kernels, vector, least, most);
  return gathered !== null && gathered.words.length >= k ? gathered : all;
}

/** Null where there are more than `most`. */
function gather({ functions, slots }: Room, vector: Float32Array, least: number, most: number): Candidates | null {
  if (room === undefined || room.words.length < most)
    room = { words: new Int32Array(most), indices: new Int32Array(most) };
  const [floats, words, places] = slots as [Float32Array, Float32Array, Float32Array];
  const found = new Int32Array(words.buffer, words.byteOffset, BLOCK);
  const foundAt = new Int32Array(places.buffer, places.byteOffset, BLOCK);
  let count = 0;
  for (let start = 0; start < vector.length; start += BLOCK) {
    const length = Math.min(BLOCK, vector.length - start);
    floats.set(vector.subarray(start, start + length));
    floats.fill(0, length);
    const more = functions.gather(floats.byteOffset, BLOCK, least, words.byteOffset, places.byteOffset);
    if (count + more > most) return null;
    room.words.set(found.subarray(0, more), count);
    for (let i = 0; i < more; i++) room.indices[count + i] = start + (foundAt[i] as number);
    count += more;
  }
  return { words: room.words.subarray(0, count), indices: room.indices.subarray(0, count) };
}
