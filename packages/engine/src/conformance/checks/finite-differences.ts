/** The gradient is the derivative of the loss that the same engine gives: a check that needs no reference. */
import { RandomSequence } from "@convoy/foundation";
import type { ModelSpecification, ParameterEntry } from "@convoy/models";
import type { Engine } from "../../engine.ts";
import { type ConformanceCheck, compute, must, withEngine } from "../conformance-check.ts";
import { smallNetwork, smoothNetwork } from "../networks.ts";
import { type Problem, randomProblem } from "../problem.ts";

/**
 * How far a tensor moves, as the length of the step. The loss of a single-precision engine is rounded at about 1e-6,
 * which this step turns into 1e-3 of the derivative; a longer one would cross more kinks.
 */
const STEP_LENGTH = 0.004;

/** Relative to the length of the tensor's gradient. */
const TOLERANCE = 0.02;

/** An element that is wrong by itself shows along each of them; several that cancel out along one do not along another. */
const DIRECTION_COUNT = 3;

function finiteDifferencesOn(name: string, model: ModelSpecification): ConformanceCheck {
  return {
    name,
    async run(factory, { slowToCompile = false }) {
      const problem = randomProblem(model, 8);
      const directionCount = slowToCompile ? 1 : DIRECTION_COUNT;
      await withEngine(factory, problem, (engine) => requireDerivative(engine, problem, directionCount));
    },
  };
}

async function requireDerivative(engine: Engine, problem: Problem, directionCount: number): Promise<void> {
  const { gradient } = await compute(engine, problem);
  for (const entry of problem.layout.entries) {
    const { offset, length } = entry;
    const tensor = gradient.subarray(offset, offset + length);
    const size = Math.hypot(...tensor);
    for (let index = 0; index < directionCount; index++) {
      const signs = randomSigns(length, index);
      const expected = await slope(engine, problem, entry, signs);
      const actual = tensor.reduce((sum, value, i) => sum + value * (signs[i] as number), 0);
      must(
        Math.abs(actual - expected) <= TOLERANCE * size,
        `${entry.name} gives a slope of ${actual}, where the loss changes by ${expected}`,
      );
    }
  }
}

/**
 * The slope of the loss along a direction of ±1 for each element of one tensor. A direction must not come from the
 * gradient itself: along it, a gradient with an element left out would look right.
 */
async function slope(engine: Engine, problem: Problem, entry: ParameterEntry, signs: Float32Array): Promise<number> {
  const step = STEP_LENGTH / Math.sqrt(entry.length);
  const lossAt = async (distance: number) => {
    const moved = problem.parameters.slice();
    for (let i = 0; i < entry.length; i++) {
      moved[entry.offset + i] = (moved[entry.offset + i] as number) + distance * (signs[i] as number);
    }
    engine.setParameters(moved);
    return (await engine.evaluate(problem.batch)).lossSum;
  };
  return ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
}

function randomSigns(length: number, index: number): Float32Array {
  const random = new RandomSequence(0, "test", 3, index);
  return Float32Array.from({ length }, () => (random.below(2) === 0 ? -1 : 1));
}

export const finiteDifferenceChecks: readonly ConformanceCheck[] = [
  finiteDifferencesOn("finite differences of the loss", smallNetwork),
  finiteDifferencesOn("finite differences of the loss, through smooth layers", smoothNetwork),
];
