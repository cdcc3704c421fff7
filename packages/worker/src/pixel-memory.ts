/** More than there are steps under way at a time, and a stretch beside them. */
const KEPT = 12;

/** What is left over may be so many times as long as what is asked for. */
const ROOMY = 4;

/** Memory for pixels that is used again and again: a new piece has to be cleared first, and collected in the end. */
export class PixelMemory {
  readonly #free: Uint8Array[] = [];

  /** So many bytes, which hold anything. */
  take(length: number): Uint8Array {
    let best = -1;
    for (const [i, { length: size }] of this.#free.entries()) {
      const fits = size >= length && size <= ROOMY * length;
      if (fits && (best === -1 || size < (this.#free[best] as Uint8Array).length)) best = i;
    }
    const [free] = best === -1 ? [] : this.#free.splice(best, 1);
    return (free ?? new Uint8Array(length)).subarray(0, length);
  }

  /** Nobody reads them any more. */
  giveBack({ buffer }: Uint8Array): void {
    this.#free.push(new Uint8Array(buffer));
    if (this.#free.length > KEPT) this.#free.shift();
  }
}
