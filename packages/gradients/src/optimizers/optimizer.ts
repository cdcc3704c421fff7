/** An optimizer step is a function on flat vectors of equal length. */
import type { OptimizerSpecification } from "@convoy/models";
import { sgd } from "./sgd.ts";

export interface Optimizer {
  /**
   * Flat vectors that must be kept from step to step (and in a checkpoint), by name; zero at the start. Whoever asks
   * for them may keep them: the next step has vectors of its own. The same object until then.
   */
  readonly state: OptimizerState;
  /** Nobody reads this state any more: a later step may write to its vectors, instead of having to make some. */
  giveBack(state: OptimizerState): void;
  /**
   * Writes the parameters after one step to `next`. `gradientSum` is the gradient summed over `sampleCount` samples;
   * it is divided here, and nowhere else. `next` may be `parameters` itself.
   */
  step(parameters: Float32Array, gradientSum: Float32Array, sampleCount: number, next: Float32Array): void;
}

export type OptimizerState = ReadonlyMap<string, Float32Array>;

/** `state`: where another optimizer of the same kind and length stood; it is not written to. */
export function createOptimizer(
  specification: OptimizerSpecification,
  length: number,
  state?: OptimizerState,
): Optimizer {
  return sgd(specification, length, state);
}
