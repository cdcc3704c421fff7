import type { OptimizerSpecification } from "@convoy/models";
import { policy } from "../policy.ts";
import type { LocalStrategy } from "./strategy.ts";

/** How the steps of a worker differ from the recipe's while others learn beside it. */
export interface StepScale {
  /** Each batch is taken in so many steps, with an equal part of it each. */
  readonly stepsPerBatch: number;
  /** The learning rate is so many times the recipe's. */
  readonly rateFactor: number;
}

/**
 * Averaging the changes of several workers goes no further than one of them went: so each has to get further with a batch. What was tried
 * is in docs/strategies.md.
 */
export function stepScale({ rateScaling }: LocalStrategy, workerCount: number, batchSize: number): StepScale {
  const onWholeBatches = (rateFactor: number) => ({ stepsPerBatch: 1, rateFactor });
  switch (rateScaling) {
    case "none":
      return onWholeBatches(1);
    case "square-root":
      return onWholeBatches(Math.sqrt(workerCount));
    case "linear":
      return onWholeBatches(workerCount);
    case "linear-to-four":
      return onWholeBatches(Math.min(workerCount, 2 * Math.sqrt(workerCount)));
    case "smaller-batches": {
      const { most, leastSamples } = policy.stepsPerBatch;
      const stepsPerBatch = Math.max(1, Math.min(workerCount, most, Math.floor(batchSize / leastSamples)));
      const rateFactor = Math.min(workerCount / Math.sqrt(stepsPerBatch), 2 * Math.sqrt(workerCount));
      return { stepsPerBatch, rateFactor };
    }
  }
}

/**
 * The share of a stretch that a worker may compute before it is lent: without what the others have found meanwhile, of which Adam
 * needs more. Who is alone lacks nothing.
 */
export function headStartShare({ type }: OptimizerSpecification, workerCount: number): number {
  const isAdam = type === "adam" || type === "keras-adam";
  return isAdam && workerCount > 1 ? policy.headStartWithAdam : 1;
}
