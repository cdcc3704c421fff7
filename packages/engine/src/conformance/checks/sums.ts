/** What is summed over a batch is the sum of its parts, and evaluation is the same computation without the gradient. */
import { lenet5 } from "@convoy/models";
import type { Engine } from "../../engine.ts";
import { createReferenceEngine } from "../../reference/reference-engine.ts";
import { type Computed, type ConformanceCheck, compute, must, withEngine } from "../conformance-check.ts";
import { dropoutNetwork, longSumNetwork, smallNetwork, smoothNetwork } from "../networks.ts";
import { type Problem, partOfBatch, randomBatch, randomProblem } from "../problem.ts";
import {
  requireCloseVector,
  requireSameGradient,
  requireSameOutcome,
  requireSamePredictions,
  WHOLE_VECTOR_TOLERANCE,
} from "../tolerances.ts";

const SHARD_SIZE = 8;

/** The batch cut into shards of eight, each computed alone. */
export async function sumOfShards(engine: Engine, problem: Problem): Promise<Computed> {
  const gradient = new Float32Array(problem.layout.length);
  let lossSum = 0;
  let correctCount = 0;
  for (let first = 0; first < problem.batch.count; first += SHARD_SIZE) {
    const count = Math.min(SHARD_SIZE, problem.batch.count - first);
    const shard = await compute(engine, { ...problem, batch: partOfBatch(problem.batch, first, count) });
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) + (shard.gradient[i] as number);
    lossSum += shard.lossSum;
    correctCount += shard.correctCount;
  }
  return { gradient, lossSum, correctCount };
}

const shardsOfSmallNetwork: ConformanceCheck = {
  name: "one batch is the sum of its shards",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 29);
    await withEngine(factory, problem, async (engine) => {
      const whole = await compute(engine, problem);
      const parts = await sumOfShards(engine, problem);
      requireSameOutcome(parts, whole);
      requireSameGradient(problem.layout, parts, whole);
    });
  },
};

const shardsOfLenet: ConformanceCheck = {
  name: "one batch of LeNet-5 is the sum of its shards",
  async run(factory, { lenetBatchSize = 16 }) {
    const problem = randomProblem(lenet5, lenetBatchSize - 4);
    await withEngine(factory, problem, async (engine) => {
      const whole = await compute(engine, problem);
      const parts = await sumOfShards(engine, problem);
      requireSameOutcome(parts, whole);
      requireCloseVector(parts.gradient, whole.gradient, WHOLE_VECTOR_TOLERANCE);
    });
  },
};

const evaluation: ConformanceCheck = {
  name: "evaluate agrees with computeGradient",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 19);
    await withEngine(factory, problem, async (engine) => {
      const before = await engine.evaluate(problem.batch);
      const computed = await compute(engine, problem);
      const after = await engine.evaluate(problem.batch);
      requireSameOutcome(before, computed);
      requireSameOutcome(after, computed);
    });
  },
};

/** Batches of several sizes, so that nothing is left over from the one before; their parts as well. */
const predictions: ConformanceCheck = {
  name: "an evaluation tells what became of each sample, in order",
  async run(factory) {
    const problem = randomProblem(smallNetwork, 19);
    await withEngine(factory, problem, async (engine) => {
      for (const count of [19, 1, 40, 8]) {
        const batch = randomBatch(problem.task, count, count);
        const { predictions, lossSum, correctCount } = await engine.evaluate(batch);
        const expected = await withEngine(createReferenceEngine, problem, (reference) => reference.evaluate(batch));
        requireSamePredictions(predictions, expected.predictions);
        const { classes, losses } = predictions;
        const summed = losses.reduce((sum, loss) => sum + loss, 0);
        const right = classes.filter((named, sample) => named === batch.labels[sample]).length;
        requireSameOutcome({ lossSum: summed, correctCount: right }, { lossSum, correctCount }, "its predictions");
      }
    });
  },
};

/** Whatever it computed in between, and whichever of its kind it is: an exact run stands on this. */
const repetition: ConformanceCheck = {
  name: "repeats itself bit for bit",
  async run(factory) {
    for (const problem of [
      randomProblem(longSumNetwork, 32),
      randomProblem(smallNetwork, 3),
      randomProblem(lenet5, 8),
      randomProblem(dropoutNetwork, 7),
      randomProblem(smoothNetwork, 7),
    ]) {
      const other = randomProblem(problem.task.model, 5, 1);
      const first = await withEngine(factory, problem, async (engine) => {
        const computed = await compute(engine, problem);
        requireSameBits(problem, await compute(engine, problem), computed);
        engine.setParameters(other.parameters);
        await compute(engine, other);
        engine.setParameters(problem.parameters);
        await engine.evaluate(other.batch);
        requireSameBits(problem, await compute(engine, problem), computed);
        return computed;
      });
      await withEngine(factory, problem, async (engine) => {
        requireSameBits(problem, await compute(engine, problem), first);
      });
    }
  },
};

function requireSameBits({ task }: Problem, again: Computed, first: Computed): void {
  must(Object.is(again.lossSum, first.lossSum), `${task.model.name}: the loss is another one`);
  const different = again.gradient.findIndex((value, index) => !Object.is(value, first.gradient[index]));
  must(different === -1, `${task.model.name}: element ${different} of the gradient is another one`);
}

export const sumChecks: readonly ConformanceCheck[] = [
  shardsOfSmallNetwork,
  shardsOfLenet,
  evaluation,
  predictions,
  repetition,
];
