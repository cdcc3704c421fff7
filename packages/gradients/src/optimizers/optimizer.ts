/** An optimizer step is a function on flat vectors of equal length. */
import { assert } from "@convoy/foundation";
import type { OptimizerSpecification } from "@convoy/models";
import { isFiniteVector, type StepVectors, stepInBlocks } from "@convoy/vectors";
import { learningRateAt, type RatedRecipe } from "../schedules/learning-rate.ts";
import { adam } from "./adam.ts";
import { kerasAdam } from "./keras-adam.ts";
import { nesterov } from "./nesterov.ts";
import { sgd } from "./sgd.ts";
import { type OptimizerState, type StepNumbers, type UpdateRule, vectorsOf } from "./update-rule.ts";

export interface Optimizer {
  /**
   * Flat vectors that must be kept from step to step (and in a checkpoint), by name; zero at the start. Whoever asks
   * for them may keep them: the next step has vectors of its own. The same object until then.
   */
  readonly state: OptimizerState;
  /** Nobody reads this state any more: a later step may write to its vectors, instead of having to make some. */
  giveBack(state: OptimizerState): void;
  /**
   * Writes the parameters after one step to `next`, and returns whether each of them is a finite number. `gradientSum` is
   * the gradient summed over the batch; it is divided here, and nowhere else. `next` may be `parameters` itself.
   */
  step(parameters: Float32Array, gradientSum: Float32Array, batch: SteppedBatch, next: Float32Array): boolean;
}

export interface SteppedBatch {
  /** The run's step, from 1. Nothing here counts: a run that goes on says where it is. */
  readonly step: number;
  readonly sampleCount: number;
  /** Instead of the recipe's at this step. */
  readonly learningRate?: number;
}

/** `state`: where another optimizer of the same kind and length stood; it is not written to. */
export function createOptimizer(
  recipe: RatedRecipe,
  stepsPerEpoch: number,
  length: number,
  state?: OptimizerState,
): Optimizer {
  const rule = ruleOf(recipe.optimizer);
  let current = state ?? zeroState(rule, length);
  /** Someone outside has it: it is not written to. */
  let isKept = state !== undefined;
  let spare: OptimizerState | null = null;
  for (const name of rule.stateNames) {
    assert(current.get(name)?.length === length, `a state has a ${name} of this length`);
  }
  return {
    get state() {
      isKept = true;
      return current;
    },
    giveBack(given) {
      if (given === current) isKept = false;
      else spare = given;
    },
    step(parameters, gradientSum, { step, sampleCount, learningRate: given }, next) {
      assert(step >= 1 && sampleCount > 0, "steps are counted from 1, and a batch has at least one sample");
      assert(parameters.length === length && gradientSum.length === length && next.length === length, "lengths agree");
      const before = current;
      if (isKept) {
        current = spare ?? zeroState(rule, length);
        spare = null;
        isKept = false;
      }
      const learningRate = given ?? learningRateAt(recipe, stepsPerEpoch, step);
      const numbers = { step, learningRate, sampleCount };
      const states = { before: vectorsOf(before, rule), after: vectorsOf(current, rule) };
      const vectors = { parameters, gradientSum, next, ...states };
      return stepInBlocks(rule.kernel, rule.numbers(numbers), vectors) ?? applyFormula(rule, numbers, vectors);
    },
  };
}

/** Where the runtime has no SIMD. */
function applyFormula(rule: UpdateRule, numbers: StepNumbers, vectors: StepVectors): boolean {
  rule.apply(numbers, vectors);
  return isFiniteVector(vectors.next);
}

/** Names of the vectors in an optimizer's state. */
export function stateNamesOf(specification: OptimizerSpecification): readonly string[] {
  return ruleOf(specification).stateNames;
}

/** The formula of an optimizer, for whoever computes it elsewhere. */
export function ruleOf(specification: OptimizerSpecification): UpdateRule {
  switch (specification.type) {
    case "sgd":
      return sgd(specification);
    case "nesterov":
      return nesterov(specification);
    case "adam":
      return adam(specification);
    case "keras-adam":
      return kerasAdam(specification);
  }
}

function zeroState({ stateNames }: UpdateRule, length: number): OptimizerState {
  return new Map(stateNames.map((name) => [name, new Float32Array(length)]));
}
