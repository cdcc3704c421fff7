/** How large changes usually are, for each of their steps, were these as long as the recipe's (C14). */
import type { Stretch } from "./stretch-books.ts";

/** A change so many times as large as the largest of the last ones is doubtful … */
const FACTOR = 10;
/** … of which so many are known, and so many needed; while there are fewer, so many times, if it moves the parameters by this share of their length. */
const KNOWN = 100;
const NEEDED = 16;
const EARLY_FACTOR = 30;
const EARLY_MOVE = 0.1;

export class ChangeSizes {
  readonly #parametersNorm: number;
  #last: readonly number[];

  constructor(parametersNorm: number, known: readonly number[]) {
    this.#parametersNorm = parametersNorm;
    this.#last = known;
  }

  get last(): readonly number[] {
    return this.#last;
  }

  /** Of one that counts: a doubtful one was found by others too, and is what it is. */
  add(norm: number, stretch: Stretch): void {
    const size = sizeOf(norm, stretch);
    if (size === 0) return;
    const isRaising = !this.isDoubtful(norm, stretch) && this.#last.length > 0 && size > Math.max(...this.#last);
    const known = isRaising ? Math.min(size, FACTOR * middleOf(this.#last)) : size;
    this.#last = [...this.#last, known].slice(-KNOWN);
  }

  isDoubtful(norm: number, stretch: Stretch): boolean {
    const isEarly = this.#last.length < NEEDED;
    if (isEarly && norm <= EARLY_MOVE * this.#parametersNorm) return false;
    return sizeOf(norm, stretch) > (isEarly ? EARLY_FACTOR : FACTOR) * Math.max(0, ...this.#last);
  }
}

function sizeOf(norm: number, { first, end, stepsPerBatch, rateFactor }: Stretch): number {
  return norm / ((end - first) * stepsPerBatch * rateFactor);
}

/** Of two in the middle, the smaller. */
function middleOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1] as number;
}
