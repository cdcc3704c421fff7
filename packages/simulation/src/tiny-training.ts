/** Trainings small enough to be computed thousands of times: 4×4 pixels, three classes, a few dozen parameters. */
import type { RunSettings, Strategy } from "@convoy/coordination";
import type { Dataset, SampleSet } from "@convoy/datasets";
import { RandomSequence } from "@convoy/foundation";
import { parameterLayout, type Recipe } from "@convoy/models";

const recipe: Recipe = {
  name: "tiny",
  title: "Tiny",
  source: "Made for the simulation.",
  model: {
    name: "tiny",
    inputShape: [4, 4, 1],
    layers: [
      { type: "convolution", channels: 2, window: 3, stride: 1, padding: "valid" },
      { type: "relu" },
      { type: "flatten" },
      { type: "dense", units: 3 },
    ],
    classCount: 3,
  },
  dataset: "mnist",
  preprocessing: { mean: [0.5], deviation: [0.5] },
  initialization: { type: "pytorch-default" },
  loss: "softmax-cross-entropy",
  optimizer: { type: "sgd", learningRate: 0.05, momentum: 0.9 },
  batchSize: 64,
  epochs: 1,
};

/** Batches of few and many shards, whole and broken; epochs of few and many batches; small and larger test sets. */
const shapes = [
  { batchSize: 64, batches: 10, lastBatch: 64, testCount: 40 },
  { batchSize: 64, batches: 25, lastBatch: 13, testCount: 100 },
  { batchSize: 24, batches: 20, lastBatch: 1, testCount: 20 },
  { batchSize: 100, batches: 20, lastBatch: 100, testCount: 64 },
  { batchSize: 8, batches: 20, lastBatch: 8, testCount: 9 },
  { batchSize: 128, batches: 40, lastBatch: 77, testCount: 300 },
  { batchSize: 37, batches: 8, lastBatch: 30, testCount: 7 },
  { batchSize: 64, batches: 50, lastBatch: 64, testCount: 256 },
] as const;

export const trainingShapes = shapes.length;

export interface TinyTraining {
  readonly settings: Omit<RunSettings, "run" | "checkpointMs">;
  readonly dataset: Dataset;
}

/** In `local`: times as many workers as there are, and with velocity, no step is to go too far. */
const LOCAL_LEARNING_RATE = 0.002;

/** `shape`: from 0, one of `trainingShapes`. `steps`: rounded up to whole epochs. */
export function tinyTraining(
  shape: number,
  steps: number,
  strategy: Strategy = { type: "sync" },
  downCodec: RunSettings["downCodec"] = "fp32",
): TinyTraining {
  const { batchSize, batches, lastBatch, testCount } = shapes[shape] as (typeof shapes)[number];
  const batchesOfEpoch = Math.min(batches, steps);
  const trainCount = (batchesOfEpoch - 1) * batchSize + lastBatch;
  const dataset: Dataset = {
    name: "tiny",
    title: "Tiny",
    builtIn: true,
    classNames: ["a", "b", "c"],
    sampleShape: [4, 4, 1],
    train: drawSamples(trainCount, shape, 0),
    test: drawSamples(testCount, shape, 1),
  };
  const isSync = strategy.type === "sync";
  const optimizer = isSync ? recipe.optimizer : { ...recipe.optimizer, learningRate: LOCAL_LEARNING_RATE };
  return {
    dataset,
    settings: {
      recipe: { ...recipe, batchSize, optimizer },
      parameterCount: parameterLayout(recipe.model).length,
      seed: shape,
      epochs: Math.ceil(steps / batchesOfEpoch),
      strategy,
      codec: downCodec === "auto" ? downCodec : "fp32",
      downCodec,
      exact: isSync && downCodec === "fp32",
      trainCount,
      testCount,
      dataset: { name: dataset.name, title: dataset.title, warning: null },
    },
  };
}

function drawSamples(count: number, shape: number, split: number): SampleSet {
  const random = new RandomSequence(shape, "simulation", 0, split);
  return {
    count,
    pixels: Uint8Array.from({ length: 16 * count }, () => random.below(256)),
    labels: Uint8Array.from({ length: count }, () => random.below(3)),
  };
}
