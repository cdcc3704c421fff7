/** The formula of an optimizer: how parameters and state follow from those before and a gradient, element by element. */
import { assert } from "@convoy/foundation";
import type { StepKernel, StepVectors } from "@convoy/vectors";

/** Flat vectors by name. */
export type OptimizerState = ReadonlyMap<string, Float32Array>;

/** One step, as numbers. */
export interface StepNumbers {
  /** The run's step, from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** The gradient's sum is divided by it where the formula begins, and nowhere else. */
  readonly sampleCount: number;
}

export interface UpdateRule {
  /** Of the vectors that it keeps from step to step, all zero before the first. */
  readonly stateNames: readonly string[];
  /** What computes it where the runtime has SIMD. */
  readonly kernel: StepKernel;
  /** What the formula has to know, in the order of the kernel's arguments. */
  numbers(step: StepNumbers): readonly number[];
  /**
   * The formula: what the kernel has to give, to the last bit. Every operation is rounded to 32 bits, as the frameworks
   * have it.
   */
  apply(step: StepNumbers, vectors: StepVectors): void;
}

/** So many vectors as the rule has names. */
export function vectorsOf(state: OptimizerState, { stateNames }: UpdateRule): Float32Array[] {
  return stateNames.map((name) => {
    const vector = state.get(name);
    assert(vector !== undefined, `an optimizer's state has its ${name}`);
    return vector;
  });
}
