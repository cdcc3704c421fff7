import {
  elementCount,
  type ImageShape,
  type Layer,
  modelShapes,
  type NormalizationLayer,
  parameterLayout,
} from "@convoy/models";
import type { Batch, BatchDraws, BatchOutcome, EngineFactory, EngineTask, Evaluation } from "../../engine.ts";
import { preprocessBatch } from "../../preprocess.ts";
import { type Defect, DefectiveEngine, kept, tensorOf, withGradient } from "./defective-engine.ts";

/** The reference, given another task than it was asked for. Its parameters have to be as many. */
function withTask(change: (task: EngineTask) => EngineTask): EngineFactory {
  return async (task) => new DefectiveEngine(change(task));
}

function withLayers(change: (layer: Layer) => Layer): EngineFactory {
  return withTask((task) => ({ ...task, model: { ...task.model, layers: task.model.layers.map(change) } }));
}

/** The reference, given other batches to train on than it was asked for. */
function withBatch(change: (batch: Batch) => Batch): EngineFactory {
  return async (task) =>
    new (class extends DefectiveEngine {
      override computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
        return super.computeGradient(change(batch), gradientSum);
      }
    })(task);
}

/** The reference, given other draws wherever there are any. */
function withDraws(change: (draws: BatchDraws) => Partial<BatchDraws>): EngineFactory {
  return withBatch((batch) =>
    batch.draws === undefined ? batch : { ...batch, draws: { ...batch.draws, ...change(batch.draws) } },
  );
}

/** The reference with its evaluation done as in training. */
const evaluatesAsInTraining: EngineFactory = async (task) =>
  new (class extends DefectiveEngine {
    override async evaluate(batch: Batch): Promise<Evaluation> {
      const samples = Uint32Array.from({ length: batch.count }, (_, index) => index);
      const drawn = { ...batch, draws: batch.draws ?? { seed: 0, epoch: 0, samples } };
      const gradient = new Float32Array(parameterLayout(this.task.model).length);
      return { ...(await super.evaluate(batch)), ...(await this.engine.computeGradient(drawn, gradient)) };
    }
  })(task);

/** Resizes to whole bytes, and only then does the rest. */
const roundsResizedPictures: EngineFactory = async (task) => {
  const { resize, imageShape, ...rest } = task.preprocessing;
  const { inputShape } = task.model;
  const channels = Array.from({ length: inputShape[2] });
  const bytes = { mean: channels.map(() => 0), deviation: channels.map(() => 1 / 255) };
  const inner: EngineTask = { ...task, preprocessing: rest };
  return new (class extends DefectiveEngine {
    override computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome> {
      const values = new Float64Array(batch.count * elementCount(inputShape));
      const resizing = { ...bytes, ...(resize && { resize }), ...(imageShape && { imageShape }) };
      preprocessBatch({ ...task, preprocessing: resizing }, batch, true, values);
      return super.computeGradient({ ...batch, pixels: Uint8Array.from(values, Math.round) }, gradientSum);
    }
  })(inner);
};

function isNormalization(layer: Layer): layer is NormalizationLayer {
  return layer.type === "local-response-normalization";
}

/** Adaptive pooling as pooling with windows of one size, so many pixels wide. */
function withoutAdaptive(task: EngineTask, window: number): EngineTask {
  const layers = task.model.layers.map((layer, index): Layer => {
    if (layer.type !== "adaptive-average-pool") return layer;
    const [height] = modelShapes(task.model)[index - 1] as ImageShape;
    const stride = Math.floor(height / layer.height);
    return { type: "average-pool", window, stride, padding: "valid", countPadding: false };
  });
  return { ...task, model: { ...task.model, layers } };
}

function withCrop(task: EngineTask, place: "center" | "random"): EngineTask {
  const { crop } = task.preprocessing;
  return crop === undefined ? task : { ...task, preprocessing: { ...task.preprocessing, crop: { ...crop, place } } };
}

let stepCount = 0;

/** Of single kinds of layers, of random numbers, of preprocessing. */
export const layerDefects: readonly Defect[] = [
  [
    "padding counted where it must not be",
    "average-pool, padding not counted, 3×3 stride 2 same",
    withLayers((layer) => (layer.type === "average-pool" ? { ...layer, countPadding: true } : layer)),
  ],
  [
    "padding not counted where it must be",
    "average-pool, padding counted, 3×3 stride 2 with one pixel of padding",
    withLayers((layer) => (layer.type === "average-pool" ? { ...layer, countPadding: false } : layer)),
  ],
  [
    "adaptive windows that leave pixels out",
    "adaptive-average-pool with windows of one size",
    withTask((task) => withoutAdaptive(task, 1)),
  ],
  [
    "adaptive windows all of one size",
    "adaptive-average-pool with windows of several sizes",
    withTask((task) => withoutAdaptive(task, 2)),
  ],
  [
    "the largest taken for the smallest",
    "min-pool 3×3 stride 1, overlapping",
    withLayers((layer) => (layer.type === "min-pool" ? { ...layer, type: "max-pool" } : layer)),
  ],
  [
    "the tie given to another pixel",
    "ties in min-pool 3×3 stride 2, same",
    withGradient((gradient) => {
      gradient[1] = 0.9 * (gradient[1] as number);
    }),
  ],
  ["a tanh for a sigmoid", "sigmoid", withLayers((layer) => (layer.type === "sigmoid" ? { type: "tanh" } : layer))],
  ["a sigmoid for a tanh", "tanh", withLayers((layer) => (layer.type === "tanh" ? { type: "sigmoid" } : layer))],
  [
    "an activation that overflows far from zero",
    "sigmoid far from zero",
    withGradient((gradient, _batch, task) => tensorOf(task, gradient, "convolution1.weights").fill(Number.NaN, 0, 1)),
  ],
  [
    "alpha divided by the size, as in PyTorch",
    "local-response-normalization over 3",
    withLayers((layer) => (isNormalization(layer) ? { ...layer, alpha: layer.alpha / layer.size } : layer)),
  ],
  [
    "a neighbour too few",
    "local-response-normalization over 5, as in 2012",
    withLayers((layer) => (isNormalization(layer) ? { ...layer, size: 3 } : layer)),
  ],
  [
    "another exponent",
    "local-response-normalization with beta 2",
    withLayers((layer) => (isNormalization(layer) ? { ...layer, beta: 1.99 } : layer)),
  ],
  [
    "dropout that forgets the seed",
    "dropout follows the seed, the epoch and the numbers of the samples",
    withDraws(() => ({ seed: 2 ** 40 })),
  ],
  [
    "dropout that forgets the epoch",
    "dropout follows the seed, the epoch and the numbers of the samples",
    withDraws(() => ({ epoch: 3 })),
  ],
  [
    "the upper half of the seed cut off",
    "dropout follows the seed, the epoch and the numbers of the samples",
    withDraws(({ seed }) => ({ seed: seed % 2 ** 32 })),
  ],
  [
    "dropout by place in the batch",
    "a batch with dropout is the sum of its shards, in any order",
    withDraws(({ samples }) => ({ samples: samples.map((_, index) => index) })),
  ],
  [
    "augmentation by place in the batch",
    "a batch with augmentation is the sum of its shards, in any order",
    withDraws(({ samples }) => ({ samples: samples.map((_, index) => index) })),
  ],
  [
    "dropout that counts its own layers only",
    "dropout follows the place of its layer",
    withTask((task) => ({
      ...task,
      model: { ...task.model, layers: task.model.layers.filter((layer) => layer.type !== "dropout" || layer.rate > 0) },
    })),
  ],
  [
    "what is kept not enlarged",
    "dropout",
    withGradient((gradient, _batch, task) => {
      const weights = tensorOf(task, gradient, "dense2.weights");
      weights.set(weights.map((value) => value / 2));
    }),
  ],
  ["an evaluation that drops", "evaluation neither drops nor draws", evaluatesAsInTraining],
  [
    "an evaluation of pictures as in training",
    "evaluation takes the centre of the picture, not flipped",
    evaluatesAsInTraining,
  ],
  [
    "numbers made up where none were named",
    "training without the numbers it needs is refused",
    withBatch((batch) => {
      const samples = Uint32Array.from({ length: batch.count }, (_, index) => index);
      return { draws: { seed: 0, epoch: 0, samples }, ...batch };
    }),
  ],
  [
    "a crop that is not at the centre",
    "pictures cropped at the centre, even and odd remainders",
    // The picture moved by one pixel, and what leaves it on one side comes in on the other.
    withBatch((batch) => ({ ...batch, pixels: batch.pixels.map((_, i, all) => all[(i + 2) % all.length] as number) })),
  ],
  [
    "pictures never reflected",
    "pictures flipped at random",
    withTask(({ preprocessing: { flip: _, ...still }, ...task }) => ({ ...task, preprocessing: still })),
  ],
  ["resized pictures rounded to bytes", "pictures resized to an odd size", roundsResizedPictures],
  ["resized pictures rounded to bytes", "pictures resized to less", roundsResizedPictures],
  ["random crops left at the centre", "pictures cropped at random", withTask((task) => withCrop(task, "center"))],
  [
    "one tap of a large filter left out",
    "convolutions 11×11 of every stride and padding",
    withGradient((gradient, _batch, task) => tensorOf(task, gradient, "convolution2.weights").fill(0, 300, 303)),
  ],
  [
    "one bias of LeNet-5 of 1998 without a gradient",
    "LeNet-5 of 1998 as a whole",
    withGradient((gradient, _batch, task) => tensorOf(task, gradient, "dense2.bias").fill(0)),
  ],
  [
    "the gradient of one tensor a tenth too long",
    "finite differences of the loss, through smooth layers",
    withGradient((gradient, _batch, task) => {
      const weights = tensorOf(task, gradient, "convolution1.weights");
      weights.set(weights.map((value) => 1.1 * value));
    }),
  ],
  [
    "a tensor kept in every hundredth step",
    "nothing is kept over 1,000 steps",
    withGradient(() => {
      if (++stepCount % 100 === 0) kept.count++;
    }),
  ],
];
