import { createReferenceEngine, type EngineFactory, relativeDistance } from "@convoy/engine";
import { type NetworkGolden, networkGoldens, type TrainedGolden } from "@convoy/engine/pytorch-goldens";
import { createOptimizer } from "@convoy/gradients";
import { describe, expect, test } from "vitest";
import { createWasmEngine } from "./index.ts";

const STEPS = 10;

/** Of the whole change of the parameters: vectors are rounded to single precision at each step. */
const TOLERANCE = 1e-5;

async function trained(factory: EngineFactory, { problem }: NetworkGolden, { optimizer }: TrainedGolden) {
  const { task, batch } = problem;
  const { length } = problem.layout;
  const engine = await factory(task);
  const stepper = createOptimizer({ optimizer, batchSize: batch.count }, STEPS, length);
  const gradientSum = new Float32Array(length);
  const parameters = problem.parameters.slice();
  for (let epoch = 0; epoch < STEPS; epoch++) {
    engine.setParameters(parameters);
    const draws = batch.draws === undefined ? {} : { draws: { ...batch.draws, epoch } };
    await engine.computeGradient({ ...batch, ...draws }, gradientSum);
    stepper.step(parameters, gradientSum, { step: epoch + 1, sampleCount: batch.count }, parameters);
  }
  engine.dispose();
  return parameters;
}

const changeFrom = (initial: Float32Array, parameters: ArrayLike<number>) =>
  Float64Array.from(initial, (before, i) => (parameters[i] as number) - before);

const runs = networkGoldens.flatMap((golden) =>
  golden.afterTenSteps.map((run) => {
    const { type, ...constants } = run.optimizer;
    return [golden.problem.task.model.name, type, JSON.stringify(constants), golden, run] as const;
  }),
);

describe.each([
  ["reference", createReferenceEngine],
  ["wasm", createWasmEngine()],
] as const)("the engine %s and our optimizers are where PyTorch is after ten steps", (_, factory) => {
  test.each(runs)("%s, %s %s", async (_model, _type, _constants, golden, run) => {
    const { parameters: initial } = golden.problem;
    const ours = changeFrom(initial, await trained(factory, golden, run));
    const pytorchs = changeFrom(initial, run.parameters);
    expect(relativeDistance(ours, pytorchs)).toBeLessThan(TOLERANCE);
  });
});
