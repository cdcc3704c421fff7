/**
 * What is done to blocks of vectors in the kernels' memory; `plain-kernels.ts` says what each computes. Arguments are
 * addresses there, which are multiples of 16, except those called otherwise. Counts are multiples of 4, of halves of 8.
 */
export interface BlockFunctions {
  add(left: number, right: number, count: number): void;
  accumulate(sum: number, vector: number, count: number, weight: number): void;
  scale(vector: number, count: number, weight: number): void;
  /** Returns 0 or 1. */
  finite(vector: number, count: number): number;
  /** To about five digits. */
  squares(vector: number, count: number): number;
  /** Returns how many were gathered; of a count that is a multiple of 16. */
  gather(floats: number, count: number, least: number, words: number, places: number): number;
  fp16Encode(floats: number, halves: number, count: number): void;
  fp16Decode(halves: number, floats: number, count: number): void;
  fp16Accumulate(halves: number, sum: number, count: number, weight: number): void;
  int8Encode(
    floats: number,
    scales: number,
    bytes: number,
    blocks: number,
    key0: number,
    key1: number,
    firstBlock: number,
  ): void;
  int8Decode(scales: number, bytes: number, floats: number, blocks: number): void;
  int8Accumulate(scales: number, bytes: number, sum: number, blocks: number, weight: number): void;
}

/** Elements of an int8 block, which has a scale of its own. */
export const INT8_BLOCK = 256;
