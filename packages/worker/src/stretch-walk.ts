import type { BatchOutcome } from "@convoy/engine";
import { StepsUnderWay } from "./steps-under-way.ts";

/** Samples that one step is taken on. */
export interface Part {
  /** Of the batch that they belong to. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** The steps of a stretch in their order, and what came of those that were taken. */
export class StretchWalk {
  readonly #parts: readonly Part[];
  #outcomes: BatchOutcome[] = [];

  constructor(sampleCount: number, batchSize: number, stepsPerBatch: number) {
    this.#parts = partsOf(sampleCount, batchSize, stepsPerBatch);
  }

  get isOver(): boolean {
    return this.#outcomes.length === this.#parts.length;
  }

  /** Of the steps that were taken. */
  get sampleCount(): number {
    return this.#parts[this.#outcomes.length - 1]?.end ?? 0;
  }

  /** Goes on after the steps of another walk, which began at the same sample; false where its own steps are others. */
  follow(begun: StretchWalk): boolean {
    const { length } = begun.#outcomes;
    if ((this.#parts[length - 1]?.end ?? 0) !== begun.sampleCount) return false;
    this.#outcomes = begun.#outcomes;
    return true;
  }

  /** Takes the steps that are still to come, until `take` returns null; before each, `pause` is waited for. Rejects when a step does. */
  async goOn(take: (part: Part) => Promise<BatchOutcome> | null, pause?: () => Promise<void>): Promise<void> {
    const underWay = new StepsUnderWay<BatchOutcome>();
    for (const part of this.#parts.slice(this.#outcomes.length)) {
      await underWay.room();
      await pause?.();
      const step = take(part);
      if (step === null) break;
      underWay.add(step);
    }
    this.#outcomes.push(...(await underWay.end()));
  }

  /** Of each batch that was begun. */
  get sums(): BatchOutcome[] {
    const sums: BatchOutcome[] = [];
    for (const [i, { lossSum, correctCount }] of this.#outcomes.entries()) {
      const { index } = this.#parts[i] as Part;
      const sum = sums[index] ?? { lossSum: 0, correctCount: 0 };
      sums[index] = { lossSum: sum.lossSum + lossSum, correctCount: sum.correctCount + correctCount };
    }
    return sums;
  }
}

/** Every batch in so many parts, as equal as they can be; none is empty. */
function partsOf(sampleCount: number, batchSize: number, stepsPerBatch: number): Part[] {
  const parts: Part[] = [];
  for (let index = 0; index * batchSize < sampleCount; index++) {
    const first = index * batchSize;
    const count = Math.min(batchSize, sampleCount - first);
    const steps = Math.min(stepsPerBatch, count);
    const borderAt = (step: number) => first + Math.floor((step * count) / steps);
    for (let step = 0; step < steps; step++) parts.push({ index, start: borderAt(step), end: borderAt(step + 1) });
  }
  return parts;
}
