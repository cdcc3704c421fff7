/** How large changes usually are, for each of their steps, were these as long as the recipe's (C14). */
import type { Stretch } from "./stretch-books.ts";

/** A change so many times as large as the largest of the last ones is doubtful … */
const FACTOR = 10;
/** … or so many times, while not so many are known. */
const EARLY_FACTOR = 100;
const NEEDED = 16;
const KNOWN = 100;
/** Before any, one that moves the parameters by this share of their length. */
const FIRST_MOVE = 0.1;

export class ChangeSizes {
  readonly #startNorm: number;
  #last: readonly number[];

  constructor(startNorm: number, known: readonly number[]) {
    this.#startNorm = startNorm;
    this.#last = known;
  }

  get last(): readonly number[] {
    return this.#last;
  }

  /** Of one that counts: a doubtful one was found by others too, and is what it is. */
  add(norm: number, stretch: Stretch): void {
    const size = sizeOf(norm, stretch);
    const isRaising = !this.isDoubtful(norm, stretch) && this.#last.length > 0 && size > Math.max(...this.#last);
    const known = isRaising ? Math.min(size, FACTOR * middleOf(this.#last)) : size;
    this.#last = [...this.#last, known].slice(-KNOWN);
  }

  isDoubtful(norm: number, stretch: Stretch): boolean {
    if (this.#last.length === 0) return norm > FIRST_MOVE * this.#startNorm;
    const largest = Math.max(...this.#last);
    return largest > 0 && sizeOf(norm, stretch) > (this.#last.length < NEEDED ? EARLY_FACTOR : FACTOR) * largest;
  }
}

function sizeOf(norm: number, { first, end, stepsPerBatch, rateFactor }: Stretch): number {
  return norm / ((end - first) * stepsPerBatch * rateFactor);
}

/** Of two in the middle, the smaller. */
function middleOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1] as number;
}
