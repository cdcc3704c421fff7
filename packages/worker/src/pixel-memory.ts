import { limits } from "@convoy/protocol";

/** More than there are steps under way at a time, and a stretch beside them; together no longer than a stretch may be. */
const KEPT = 12;

/** What is left over may be so many times as long as what is asked for. */
const ROOMY = 4;

/** Memory for pixels that is used again and again: a new piece has to be cleared first, and collected in the end. */
export class PixelMemory {
  readonly #mostBytes: number;
  /** The newest last. */
  #free: Uint8Array[] = [];

  constructor(mostBytes: number = limits.stretchBytes) {
    this.#mostBytes = mostBytes;
  }

  /** So many bytes, which hold anything. */
  take(length: number): Uint8Array {
    const isAlike = ({ length: size }: Uint8Array) => size <= ROOMY * length && length <= ROOMY * size;
    const [shortest] = this.#free
      .filter((free) => isAlike(free) && free.length >= length)
      .toSorted((a, b) => a.length - b.length);
    // Where it has become longer, what was long enough before will not be again.
    this.#free = this.#free.filter((free) => free !== shortest && (shortest !== undefined || !isAlike(free)));
    return (shortest ?? new Uint8Array(length)).subarray(0, length);
  }

  /** Nobody reads them any more. */
  giveBack({ buffer }: Uint8Array): void {
    this.#free.push(new Uint8Array(buffer));
    while (this.#free.length > KEPT || this.#bytes > this.#mostBytes) this.#free.shift();
  }

  get #bytes(): number {
    return this.#free.reduce((sum, { length }) => sum + length, 0);
  }
}
