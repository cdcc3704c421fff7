/** How large changes usually are, for each of their steps, were these as long as the recipe's (C14). */
import type { Stretch } from "./stretch-books.ts";

/** A change so many times as large as the largest of the last ones is doubtful … */
const FACTOR = 10;
/** … of which so many are known, and so many needed. */
const KNOWN = 100;
const NEEDED = 16;

export class ChangeSizes {
  readonly #last: number[] = [];

  add(norm: number, stretch: Stretch): void {
    this.#last.push(sizeOf(norm, stretch));
    if (this.#last.length > KNOWN) this.#last.shift();
  }

  isDoubtful(norm: number, stretch: Stretch): boolean {
    return this.#last.length >= NEEDED && sizeOf(norm, stretch) > FACTOR * Math.max(...this.#last);
  }
}

function sizeOf(norm: number, { first, end, stepsPerBatch, rateFactor }: Stretch): number {
  return norm / ((end - first) * stepsPerBatch * rateFactor);
}
