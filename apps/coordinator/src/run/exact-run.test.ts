/** Exact runs of one, two and four workers, undisturbed and disturbed, beside the plainest training by shards. */
import type { RunSettings } from "@convoy/coordination";
import { batchCount, batchRange, epochOrder } from "@convoy/datasets";
import type { Batch, BatchOutcome, Engine } from "@convoy/engine";
import { RandomSequence } from "@convoy/foundation";
import { createOptimizer } from "@convoy/gradients";
import type { EpochPoint, LossPoint } from "@convoy/protocol";
import type { RunningWorker } from "@convoy/worker";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { batchOf, initial, TestRun, tinyDataset, tinyEngine, tinyLayout, tinySettings } from "./test-run-loop.ts";

const SHARD_SIZE = 8;

/** Two batches an epoch: eight shards, the last of four samples, and four, the last of one. */
const settings: RunSettings = {
  ...tinySettings,
  exact: true,
  epochs: 5,
  recipe: { ...tinySettings.recipe, batchSize: 60 },
};

interface Trained {
  readonly parameters: Float32Array;
  readonly losses: readonly LossPoint[];
  readonly epochs: readonly Omit<EpochPoint, "durationMs">[];
}

/** Sums over the shards from `first` on, `size` of them at most, halves first. Writes the gradient's to `sum`. */
async function sumOf(
  engine: Engine,
  batch: Batch,
  first: number,
  size: number,
  sum: Float32Array,
): Promise<BatchOutcome> {
  if (size === 1) {
    const [start, end] = [first * SHARD_SIZE, Math.min((first + 1) * SHARD_SIZE, batch.count)];
    const pixels = batch.pixels.subarray(16 * start, 16 * end);
    return engine.computeGradient({ count: end - start, pixels, labels: batch.labels.subarray(start, end) }, sum);
  }
  const left = await sumOf(engine, batch, first, size / 2, sum);
  const middle = first + size / 2;
  if (middle * SHARD_SIZE >= batch.count) return left;
  const rightSum = new Float32Array(sum.length);
  const right = await sumOf(engine, batch, middle, size / 2, rightSum);
  sum.set(sum.map((value, i) => value + (rightSum[i] as number)));
  return { lossSum: left.lossSum + right.lossSum, correctCount: left.correctCount + right.correctCount };
}

/** The whole run in one loop, without coordinator, leases, worker or the packages' own sums. */
async function plainTraining({ recipe, seed, epochs: epochCount }: RunSettings): Promise<Trained> {
  const { train, test: testSet } = tinyDataset;
  const engine = await tinyEngine();
  const steps = batchCount(train.count, recipe.batchSize);
  const optimizer = createOptimizer(recipe, steps, tinyLayout.length);
  const parameters = initial();
  const gradient = new Float32Array(tinyLayout.length);
  const losses: LossPoint[] = [];
  const epochs: Omit<EpochPoint, "durationMs">[] = [];
  for (let epoch = 0; epoch < epochCount; epoch++) {
    const order = epochOrder(seed, epoch, train.count);
    let [lossSum, correctCount] = [0, 0];
    for (let step = 0; step < steps; step++) {
      const { start, end } = batchRange(step, recipe.batchSize, train.count);
      engine.setParameters(parameters);
      const outcome = await sumOf(engine, batchOf(train, order.subarray(start, end)), 0, 16, gradient);
      const batch = { step: losses.length + 1, sampleCount: end - start };
      optimizer.step(parameters, gradient, batch, parameters);
      losses.push({ step: batch.step, loss: outcome.lossSum / (end - start) });
      lossSum += outcome.lossSum / (end - start);
      correctCount += outcome.correctCount;
    }
    engine.setParameters(parameters);
    const { correctCount: rightCount, predictions } = await engine.evaluate(
      batchOf(testSet, [...testSet.labels.keys()]),
    );
    epochs.push({
      epoch: epoch + 1,
      step: losses.length,
      loss: lossSum / steps,
      trainingAccuracy: correctCount / train.count,
      testLoss: predictions.losses.reduce((sum, loss) => sum + loss, 0) / testSet.count,
      testAccuracy: rightCount / testSet.count,
    });
  }
  return { parameters, losses, epochs };
}

function outcomeOf(run: TestRun): Trained {
  return {
    parameters: run.plane.parameters,
    losses: run.reports.flatMap((report) => (report.type === "loss" ? [report.point] : [])),
    epochs: run.reports.flatMap((report) => {
      if (report.type !== "epoch") return [];
      const { durationMs: _, ...point } = report.point;
      return [point];
    }),
  };
}

let plain: Trained;
beforeAll(async () => {
  plain = await plainTraining(settings);
});

let run: TestRun;
afterEach(() => run.loop.close());

function expectPlainBits(expected = plain): void {
  const { parameters, losses, epochs } = outcomeOf(run);
  expect({ losses, epochs }).toEqual({ losses: expected.losses, epochs: expected.epochs });
  expect(bitsOf(parameters)).toEqual(bitsOf(expected.parameters));
  expect(bitsOf(parameters)).not.toEqual(bitsOf(initial()));
}

/** Also the sign of a zero counts. */
function bitsOf(vector: Float32Array): Uint32Array {
  return new Uint32Array(vector.slice().buffer);
}

const isFinished = () => run.view.state === "finished";

describe("an exact run", () => {
  test.each([1, 2, 4])("[E6] of %i workers has the bits of plain training by shards", async (count) => {
    run = new TestRun(settings);
    for (let number = 1; number <= count; number++) run.addWorker(`worker ${number}`);
    await run.until(isFinished);
    expectPlainBits();
    expect(run.view.exact).toBe(true);
  });

  test("[E6] with Adam under a schedule has them too", async () => {
    const optimizer = { type: "adam", learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    const schedule = { type: "cosine", epochs: 4, finalShare: 0.1, warmUp: { epochs: 1, from: 0.1 } } as const;
    const changed = { ...settings, recipe: { ...settings.recipe, optimizer, schedule } };
    run = new TestRun(changed);
    for (const name of ["one", "two", "three"]) run.addWorker(name);
    await run.until(isFinished);
    expectPlainBits(await plainTraining(changed));
  });

  test.each([1, 2, 3, 4, 5, 6])("[E6] whose workers come, go and break off has them too (seed %i)", async (seed) => {
    const random = new RandomSequence(seed, "test");
    run = new TestRun(settings);
    const workers: RunningWorker[] = [];
    const add = () => void workers.push(run.addWorker(`worker ${workers.length}`));
    add();
    for (let disturbances = 0; !isFinished(); disturbances++) {
      let turns = 1 + random.below(12);
      await run.until(() => turns-- === 0 || isFinished());
      if (disturbances > 30 || isFinished()) continue;
      const kind = random.below(4);
      if (kind === 0 && workers.length > 1) workers.splice(random.below(workers.length), 1)[0]?.stop();
      else if (kind === 1) run.network.breakAll();
      else if (workers.length < 4) add();
    }
    expectPlainBits();
  });
});
