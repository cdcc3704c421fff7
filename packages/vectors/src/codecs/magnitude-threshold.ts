/** Where the largest magnitudes of a vector begin: exact, in time that grows with the length alone. */

/** The largest are those beyond `bits`, and the first `ties` of those that equal it. */
export interface Threshold {
  /** Of a magnitude, as a float's bits without the sign: they are ordered as magnitudes are, and NaN is beyond infinity. */
  readonly bits: number;
  readonly ties: number;
  /** ⌊log₂⌋ of the largest magnitude, −127 below 2⁻¹²⁶, 128 where it is no number. */
  readonly exponent: number;
}

export const MAGNITUDE_MASK = 0x7fffffff;
const LOW_BITS = 15;
const LOW_MASK = 2 ** LOW_BITS - 1;
/** Those of the exponent are the upper ones of the upper 16 bits. */
const MANTISSA_BITS = 8;
/** Of magnitudes with the same upper 16 bits, and then of those with the same lower 15 bits beside them. */
let counts: Uint32Array | undefined;

/** @param count of elements wanted, from 1 to all */
export function thresholdOf(vector: Float32Array, count: number): Threshold {
  counts ??= new Uint32Array(2 ** 16);
  const words = new Int32Array(vector.buffer, vector.byteOffset, vector.length);
  countUpper(words, counts);
  const exponent = (placeFromTop(counts, 1).place >>> MANTISSA_BITS) - 127;
  const upper = placeFromTop(counts, count);
  countLower(words, upper.place, counts);
  const lower = placeFromTop(counts, upper.rest);
  return { bits: upper.place * 2 ** LOW_BITS + lower.place, ties: lower.rest, exponent };
}

function countUpper(words: Int32Array, counts: Uint32Array): void {
  counts.fill(0);
  for (let i = 0; i < words.length; i++) {
    const upper = ((words[i] as number) & MAGNITUDE_MASK) >>> LOW_BITS;
    counts[upper] = (counts[upper] as number) + 1;
  }
}

function countLower(words: Int32Array, upper: number, counts: Uint32Array): void {
  counts.fill(0);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    if ((word & MAGNITUDE_MASK) >>> LOW_BITS !== upper) continue;
    const lower = word & LOW_MASK;
    counts[lower] = (counts[lower] as number) + 1;
  }
}

/** Where the `count`th from the top is counted, and which of those there it is. */
function placeFromTop(counts: Uint32Array, count: number): { readonly place: number; readonly rest: number } {
  let place = counts.length - 1;
  let rest = count;
  while (rest > (counts[place] as number)) rest -= counts[place--] as number;
  return { place, rest };
}
