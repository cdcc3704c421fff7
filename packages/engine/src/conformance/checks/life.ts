/** How an engine lives: parameters that come and go, several engines side by side, nothing kept, an end. */
import type { ModelSpecification } from "@convoy/models";
import type { EngineFactory } from "../../engine.ts";
import { requireAgreement } from "../agreement.ts";
import {
  type ConformanceCheck,
  type ConformanceOptions,
  compute,
  computeByReference,
  must,
  withEngine,
} from "../conformance-check.ts";

import { edgeNetworks, smallNetwork, tinyNetwork } from "../networks.ts";
import { randomParameters, randomProblem } from "../problem.ts";
import { requireSameGradient } from "../tolerances.ts";

const parametersAnew: ConformanceCheck = {
  name: "parameters set again and again",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 8);
    await withEngine(factory, problem, async (engine) => {
      await requireAgreement(engine, problem);
      for (const seed of [1, 2, 0]) {
        const parameters = randomParameters(smallNetwork, seed);
        engine.setParameters(randomParameters(smallNetwork, 9));
        engine.setParameters(parameters);
        await requireAgreement(engine, { ...problem, parameters });
        await requireAgreement(engine, { ...problem, parameters });
      }
    });
  },
};

const inputsUntouched: ConformanceCheck = {
  name: "what is given stays as it is, and is not looked at later",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 8);
    const given = randomProblem(smallNetwork, 8);
    await withEngine(factory, given, async (engine) => {
      const expected = await computeByReference(problem);
      await compute(engine, given);
      must(isEqual(given.parameters, problem.parameters), "the engine wrote to the parameters it was given");
      must(isEqual(given.batch.pixels, problem.batch.pixels), "the engine wrote to the pixels it was given");
      must(isEqual(given.batch.labels, problem.batch.labels), "the engine wrote to the labels it was given");
      given.parameters.fill(0);
      requireSameGradient(problem.layout, await compute(engine, given), expected);
    });
  },
};

const sideBySide: ConformanceCheck = {
  name: "two engines side by side",
  async run(factory) {
    const one = randomProblem(smallNetwork, 8);
    const other = randomProblem(edgeNetworks.at(-1) as typeof smallNetwork, 3);
    await withEngine(factory, one, (first) =>
      withEngine(factory, other, async (second) => {
        await requireAgreement(first, one);
        await requireAgreement(second, other);
        first.setParameters(one.parameters);
        await requireAgreement(second, other);
        await requireAgreement(first, one);
      }),
    );
    await withEngine(factory, one, (again) => requireAgreement(again, one));
  },
};

const noGrowth: ConformanceCheck = {
  name: "nothing is kept, step after step and after the end",
  needsCount: true,
  async run(factory, options) {
    for (const model of [smallNetwork, ...edgeNetworks.slice(-2)]) await requireNoGrowth(factory, options, model, 5);
  },
};

const noGrowthForLong: ConformanceCheck = {
  name: "nothing is kept over 1,000 steps",
  needsCount: true,
  run: (factory, options) => requireNoGrowth(factory, options, tinyNetwork, 1000),
};

async function requireNoGrowth(
  factory: EngineFactory,
  { countResources }: ConformanceOptions,
  model: ModelSpecification,
  stepCount: number,
): Promise<void> {
  must(countResources !== undefined, "there is no way to count what is kept");
  const problem = randomProblem(model, 3);
  const beforeEngine = countResources();
  await withEngine(factory, problem, async (engine) => {
    const step = async (index: number) => {
      engine.setParameters(problem.parameters);
      await compute(engine, problem);
      // Now and then in a long run, as in training.
      if (index % 100 < 5) await engine.evaluate(problem.batch);
    };
    await step(0);
    const beforeSteps = countResources();
    for (let i = 0; i < stepCount; i++) await step(i);
    must(
      countResources() === beforeSteps,
      `${countResources() - beforeSteps} tensors were kept after ${stepCount} steps`,
    );
  });
  const kept = countResources() - beforeEngine;
  must(kept === 0, `${kept} tensors were kept after the engine was disposed of`);
}

function isEqual(actual: ArrayLike<number>, expected: ArrayLike<number>): boolean {
  return actual.length === expected.length && Array.from(actual).every((value, index) => value === expected[index]);
}

export const lifeChecks: readonly ConformanceCheck[] = [
  parametersAnew,
  inputsUntouched,
  sideBySide,
  noGrowth,
  noGrowthForLong,
];
