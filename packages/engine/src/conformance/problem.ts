import { RandomSequence } from "@convoy/foundation";
import {
  elementCount,
  imageShapeFor,
  type ModelSpecification,
  type ParameterLayout,
  type Preprocessing,
  parameterLayout,
} from "@convoy/models";
import type { Batch, EngineTask } from "../engine.ts";
import { needsDraws } from "../sample-draws.ts";

/** What a check lets an engine compute. Everything in it is random, seeded, and the same on every machine. */
export interface Problem {
  readonly task: EngineTask;
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
  readonly batch: Batch;
}

/** With plain preprocessing unless told. */
export function randomProblem(
  model: ModelSpecification,
  count: number,
  seed = 0,
  preprocessing = plainPreprocessing(model.inputShape[2]),
): Problem {
  const task = { model, preprocessing };
  return {
    task,
    layout: parameterLayout(model),
    parameters: randomParameters(model, seed),
    batch: randomBatch(task, count, seed),
  };
}

/** Another mean and deviation for every channel. */
export function plainPreprocessing(channels: number): Preprocessing {
  return {
    mean: Array.from({ length: channels }, (_, channel) => 0.4 + 0.1 * channel),
    deviation: Array.from({ length: channels }, (_, channel) => 0.3 - 0.05 * channel),
  };
}

/** Uniform with variance 1/fan-in, so that activations stay about as large as the input through every layer. */
export function randomParameters(model: ModelSpecification, seed: number): Float32Array {
  const layout = parameterLayout(model);
  const parameters = new Float32Array(layout.length);
  layout.entries.forEach((entry, index) => {
    const random = new RandomSequence(seed, "test", 1, index);
    const bound = Math.sqrt(3 / entry.fanIn);
    for (let i = 0; i < entry.length; i++) parameters[entry.offset + i] = random.between(-bound, bound);
  });
  return parameters;
}

/** Names its draws where the task needs them. */
export function randomBatch(task: EngineTask, count: number, seed: number): Batch {
  const { model, preprocessing } = task;
  const random = new RandomSequence(seed, "test", 2);
  const imageSize = elementCount(imageShapeFor(preprocessing, model.inputShape));
  const pixels = Uint8Array.from({ length: count * imageSize }, () => random.below(256));
  const labels = Uint8Array.from({ length: count }, () => random.below(model.classCount));
  if (!needsDraws(task)) return { count, pixels, labels };
  const samples = Uint32Array.from({ length: count }, () => random.below(60_000));
  return { count, pixels, labels, draws: { seed: 2 ** 40 + seed, epoch: 3, samples } };
}

/** Samples `first` to `first + count − 1` of a batch, without copying. */
export function partOfBatch(batch: Batch, first: number, count: number): Batch {
  const pixelCount = batch.pixels.length / batch.count;
  const part = {
    count,
    pixels: batch.pixels.subarray(first * pixelCount, (first + count) * pixelCount),
    labels: batch.labels.subarray(first, first + count),
  };
  if (batch.draws === undefined) return part;
  return { ...part, draws: { ...batch.draws, samples: batch.draws.samples.subarray(first, first + count) } };
}
