/** Where the largest magnitudes begin: exact, in three passes, whatever the numbers are. */

/** The largest are those beyond `bits`, and the first `ties` of those that equal it. */
export interface Threshold {
  /** Of a magnitude, as a float's bits without the sign: they are ordered as magnitudes are, and NaN is beyond infinity. */
  readonly bits: number;
  readonly ties: number;
}

export const MAGNITUDE_MASK = 0x7fffffff;
/** The 31 bits of a magnitude from above, as digits: how many bits lie below one, and how many it has. */
const DIGITS = [
  [20, 11],
  [10, 10],
  [0, 10],
] as const;
const counts = new Uint32Array(2 ** 11);

/**
 * @param words the bits of floats
 * @param count of elements wanted, from 1 to all
 */
export function thresholdOf(words: Int32Array, count: number): Threshold {
  let [bits, rest] = [0, count];
  for (const [shift, width] of DIGITS) {
    countDigits(words, bits, shift, width);
    let digit = 2 ** width - 1;
    while (rest > (counts[digit] as number)) rest -= counts[digit--] as number;
    bits = bits * 2 ** width + digit;
  }
  return { bits, ties: rest };
}

/** Of those whose bits above the digit are `above`, how many have which digit. */
function countDigits(words: Int32Array, above: number, shift: number, width: number): void {
  counts.fill(0);
  const mask = 2 ** width - 1;
  for (let i = 0; i < words.length; i++) {
    const upper = ((words[i] as number) & MAGNITUDE_MASK) >>> shift;
    if (upper >>> width !== above) continue;
    counts[upper & mask] = (counts[upper & mask] as number) + 1;
  }
}
