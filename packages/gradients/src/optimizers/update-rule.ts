/** The formula of an optimizer: how parameters and state follow from those before and a gradient, element by element. */
import { assert } from "@convoy/foundation";

/** Flat vectors by name. */
export type OptimizerState = ReadonlyMap<string, Float32Array>;

/** One step. All vectors have one length. */
export interface Update {
  /** The run's step, from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly parameters: Float32Array;
  /** Summed over the samples. Divided by their number where the formula begins, and nowhere else. */
  readonly gradientSum: Float32Array;
  readonly sampleCount: number;
  readonly before: OptimizerState;
  /** Written to; it may be `before` itself. */
  readonly after: OptimizerState;
  /** Written to; it may be `parameters` itself. */
  readonly next: Float32Array;
}

export interface UpdateRule {
  /** Of the vectors that it keeps from step to step, all zero before the first. */
  readonly stateNames: readonly string[];
  /** Gradient, state and parameters are each rounded to 32 bits once; what lies between has 64. */
  apply(update: Update): void;
}

export function vectorOf(state: OptimizerState, name: string): Float32Array {
  const vector = state.get(name);
  assert(vector !== undefined, `an optimizer's state has its ${name}`);
  return vector;
}
