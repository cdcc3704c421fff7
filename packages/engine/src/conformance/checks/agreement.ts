/** The engine gives what the reference gives, on networks and numbers of every kind. */
import { lenet5, lenet5of1998, type ModelSpecification, type ParameterEntry } from "@convoy/models";
import type { Batch } from "../../engine.ts";
import { agreementOn, requireAgreement } from "../agreement.ts";
import {
  type ConformanceCheck,
  type ConformanceOptions,
  compute,
  computeByReference,
  withEngine,
} from "../conformance-check.ts";
import { convolutionNetworks, edgeNetworks, smallNetwork, tieNetworks } from "../networks.ts";
import { type Problem, randomBatch, randomProblem } from "../problem.ts";
import { requireCloseVector, requireSameOutcome, WHOLE_VECTOR_TOLERANCE } from "../tolerances.ts";

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

/** Logits stay as they are; what the activation between them is given reaches ±60. */
function saturatedProblem(model: ModelSpecification): Problem {
  const problem = randomProblem(model, 4);
  const stem = (problem.layout.entries[1] as ParameterEntry).offset;
  return {
    ...problem,
    parameters: problem.parameters.map((value, index) => (index < stem ? 20 * value : value)),
  };
}

function wholeNetwork(name: string, model: ModelSpecification, countOf: (options: ConformanceOptions) => number) {
  const check: ConformanceCheck = {
    name,
    async run(factory, options) {
      const problem = randomProblem(model, countOf(options));
      const expected = await computeByReference(problem);
      const actual = await withEngine(factory, problem, (engine) => compute(engine, problem));
      requireSameOutcome(actual, expected);
      requireCloseVector(actual.gradient, expected.gradient, WHOLE_VECTOR_TOLERANCE);
    },
  };
  return check;
}

/**
 * With seed 0, the gradient of the bias of 11×11, stride 2, "same" all but cancels over its windows (0.02, where with this
 * one it is 0.6): what is rounding elsewhere comes near the tolerance there.
 */
const CONVOLUTION_SEED = 1;

/** All of them in one check, for there are many. */
function convolutions(window: number): ConformanceCheck {
  return {
    name: `convolutions ${window}×${window} of every stride and padding`,
    async run(factory, { slowToCompile = false }) {
      const models = convolutionNetworks(window).filter((_, index) => !slowToCompile || index % 3 === window % 3);
      for (const model of models)
        await agreementOn(model.name, randomProblem(model, 2, CONVOLUTION_SEED)).run(factory, {});
    },
  };
}

const batchSizes: ConformanceCheck = {
  name: "batches of 8, 3, 32, 1 and 8 samples in succession",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 8);
    await withEngine(factory, problem, async (engine) => {
      for (const count of [8, 3, 32, 1, 8]) {
        await requireAgreement(engine, { ...problem, batch: randomBatch(problem.task, count, count) });
      }
    });
  },
};

export const agreementChecks: readonly ConformanceCheck[] = [
  ...edgeNetworks.map((model) => agreementOn(model.name, randomProblem(model, 4))),
  ...[1, 2, 3, 5, 7, 11].map(convolutions),
  ...tieNetworks.map((model) => agreementOn(model.name, tieProblem(model))),
  ...edgeNetworks
    .filter(({ name }) => name === "sigmoid" || name === "tanh")
    .map((model) => agreementOn(`${model.name} far from zero`, saturatedProblem(model))),
  agreementOn("logits too large for a plain exponential", largeLogitsProblem()),
  batchSizes,
  wholeNetwork("LeNet-5 as a whole", lenet5, ({ lenetBatchSize = 16 }) => lenetBatchSize),
  wholeNetwork("LeNet-5 of 1998 as a whole", lenet5of1998, () => 4),
];
