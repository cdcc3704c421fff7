/** The engine gives what the reference gives. */
import { lenet5, type ModelSpecification } from "@convoy/models";
import type { Batch } from "../../engine.ts";
import { type ConformanceCheck, compute, computeByReference, withEngine } from "../conformance-check.ts";
import { edgeNetworks, smallNetwork, tieNetworks } from "../networks.ts";
import { type Problem, randomBatch, randomProblem } from "../problem.ts";
import { requireCloseVector, requireSameGradient, requireSameOutcome, WHOLE_VECTOR_TOLERANCE } from "../tolerances.ts";

function agreementOn(name: string, problem: Problem): ConformanceCheck {
  return {
    name,
    async run(factory) {
      const expected = await computeByReference(problem);
      const actual = await withEngine(factory, problem, (engine) => compute(engine, problem));
      requireSameOutcome(actual, expected);
      requireSameGradient(problem.layout, actual, expected);
    },
  };
}

/** Constant in the first channel, random in the second, with weights that let only the first through. */
function tieProblem(model: ModelSpecification): Problem {
  const problem = randomProblem(model, 3);
  const parameters = problem.parameters.slice();
  parameters.set([1, 0, 0]);
  const batch: Batch = {
    ...problem.batch,
    pixels: problem.batch.pixels.map((pixel, index) => (index % 2 === 0 ? 128 : pixel)),
  };
  return { ...problem, parameters, batch };
}

/** Logits of several hundred, whose exponentials no floating-point number can hold. */
function largeLogitsProblem(): Problem {
  const problem = randomProblem(smallNetwork, 8);
  return { ...problem, parameters: problem.parameters.map((value) => 6 * value) };
}

const wholeLenet: ConformanceCheck = {
  name: "LeNet-5 as a whole",
  async run(factory, { lenetBatchSize = 16 }) {
    const problem = randomProblem(lenet5, lenetBatchSize);
    const expected = await computeByReference(problem);
    const actual = await withEngine(factory, problem, (engine) => compute(engine, problem));
    requireSameOutcome(actual, expected);
    requireCloseVector(actual.gradient, expected.gradient, WHOLE_VECTOR_TOLERANCE);
  },
};

const batchSizes: ConformanceCheck = {
  name: "batches of 8, 3, 32, 1 and 8 samples in succession",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 8);
    await withEngine(factory, problem, async (engine) => {
      for (const count of [8, 3, 32, 1, 8]) {
        const resized = { ...problem, batch: randomBatch(smallNetwork, count, count) };
        const expected = await computeByReference(resized);
        const actual = await compute(engine, resized);
        requireSameOutcome(actual, expected);
        requireSameGradient(problem.layout, actual, expected);
      }
    });
  },
};

export const agreementChecks: readonly ConformanceCheck[] = [
  ...edgeNetworks.map((model) => agreementOn(model.name, randomProblem(model, 4))),
  ...tieNetworks.map((model) => agreementOn(model.name, tieProblem(model))),
  agreementOn("logits too large for a plain exponential", largeLogitsProblem()),
  batchSizes,
  wholeLenet,
];
