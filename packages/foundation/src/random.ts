/**
 * Counter-based random numbers: Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011). A number depends on its key and its position alone, so every device draws the same ones in any order.
 */
import { assert } from "./assert.ts";

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUND_COUNT = 10;

export type PhiloxCounter = readonly [number, number, number, number];
export type PhiloxKey = readonly [number, number];

/** One block: four unsigned 32-bit numbers for a 128-bit counter and a 64-bit key. */
export function philox4x32([c0, c1, c2, c3]: PhiloxCounter, [k0, k1]: PhiloxKey): [number, number, number, number] {
  const block = Uint32Array.of(c0, c1, c2, c3);
  turnIntoNumbers(block, k0, k1);
  return [...block] as [number, number, number, number];
}

/** `block`: the counter before, the numbers after. Nothing is taken apart or allocated in it: that takes V8 tens of milliseconds to compile. */
function turnIntoNumbers(block: Uint32Array, key0: number, key1: number): void {
  let c0 = block[0] as number;
  let c1 = block[1] as number;
  let c2 = block[2] as number;
  let c3 = block[3] as number;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < ROUND_COUNT; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit numbers, by 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle1 = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middle2 = aLow * bHigh + (middle1 & 0xffff);
  return (aHigh * bHigh + Math.floor(middle1 / 0x10000) + Math.floor(middle2 / 0x10000)) | 0;
}

/** What random numbers are drawn for. Distinct purposes never share a number. */
export const purposes = {
  initialization: 1,
  epochOrder: 2,
  digits: 3,
  jitter: 4,
  selfTest: 5,
  test: 6,
  simulation: 7,
  dropout: 8,
  augmentation: 9,
  rounding: 10,
} as const;
export type Purpose = keyof typeof purposes;

/**
 * A sequence of random numbers named by a seed, a purpose and up to three indices (sample, layer, epoch …).
 * Equal names give equal sequences, on every machine.
 */
export class RandomSequence {
  readonly #key0: number;
  readonly #key1: number;
  readonly #first: number;
  readonly #second: number;
  readonly #third: number;
  readonly #block = new Uint32Array(4);
  #position = 0;

  constructor(seed: number, purpose: Purpose, firstIndex = 0, secondIndex = 0, thirdIndex = 0) {
    assert(Number.isSafeInteger(seed) && seed >= 0, `a seed is a whole number from 0 to 2^53 − 1, not ${seed}`);
    this.#key0 = seed | 0;
    this.#key1 = Math.floor(seed / 0x1_0000_0000) | 0;
    this.#first = firstIndex;
    // Purpose in the third word, with room for 2^24 second indices above it.
    this.#second = (secondIndex << 8) | purposes[purpose];
    this.#third = thirdIndex;
  }

  /** Uniform over 0 … 2³² − 1. */
  uint32(): number {
    const lane = this.#position & 3;
    if (lane === 0) this.#drawBlock();
    this.#position++;
    return this.#block[lane] as number;
  }

  #drawBlock(): void {
    const block = this.#block;
    block[0] = this.#position >>> 2;
    block[1] = this.#first;
    block[2] = this.#second;
    block[3] = this.#third;
    turnIntoNumbers(block, this.#key0, this.#key1);
  }

  /** Uniform over [0, 1), in steps of 2⁻²⁴, so that the value is the same as a 32-bit float. */
  unit(): number {
    return (this.uint32() >>> 8) * 2 ** -24;
  }

  /** Uniform over [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** Uniform over 0 … count − 1, without bias: numbers beyond the last whole multiple are drawn again. */
  below(count: number): number {
    // Whoever draws for every sample would make as many sentences.
    const isWrong = !Number.isInteger(count) || count <= 0 || count > 0x1_0000_0000;
    if (isWrong) assert(false, `count must be from 1 to 2^32, not ${count}`);
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % count);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % count;
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return radius * Math.cos(2 * Math.PI * this.unit());
  }
}
