/** An optimizer step is a function on flat vectors of equal length. */
import type { OptimizerSpecification } from "@convoy/models";
import { sgd } from "./sgd.ts";

export interface Optimizer {
  /** Flat vectors that must be kept from step to step (and in a checkpoint), by name; zero at the start. */
  readonly state: ReadonlyMap<string, Float32Array>;
  /**
   * Writes the parameters after one step to `next`. `gradientSum` is the gradient summed over `sampleCount` samples;
   * it is divided here, and nowhere else. `next` may be `parameters` itself.
   */
  step(parameters: Float32Array, gradientSum: Float32Array, sampleCount: number, next: Float32Array): void;
}

export function createOptimizer(specification: OptimizerSpecification, length: number): Optimizer {
  return sgd(specification, length);
}
