/** Whole numbers from 0 to 2³² − 1 in seven bits a byte, the lowest first, with the eighth set in all but the last (LEB128). */

/** Returns where the next one goes. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let [place, rest] = [at, value];
  while (rest > 0x7f) {
    bytes[place++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[place] = rest;
  return place + 1;
}

const MOST_BYTES = 5;

/** Reads one after the other. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Where the next one begins. */
  get at(): number {
    return this.#at;
  }

  /** Not a number where the bytes end in its middle, or it is written with more bytes than it needs or may have. */
  next(): number {
    const first = this.#bytes[this.#at++];
    if (first === undefined) return Number.NaN;
    return first < 0x80 ? first : this.#rest(first & 0x7f);
  }

  #rest(first: number): number {
    let value = first;
    for (let i = 1; i < MOST_BYTES; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return byte === 0 ? Number.NaN : value;
    }
    return Number.NaN;
  }
}
