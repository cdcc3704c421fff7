import { RandomSequence } from "@convoy/foundation";
import { elementCount, type ModelSpecification, type ParameterLayout, parameterLayout } from "@convoy/models";
import type { Batch, EngineTask } from "../engine.ts";

/** What a check lets an engine compute. Everything in it is random, seeded, and the same on every machine. */
export interface Problem {
  readonly task: EngineTask;
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
  readonly batch: Batch;
}

export function randomProblem(model: ModelSpecification, count: number, seed = 0): Problem {
  const channels = model.inputShape[2];
  const preprocessing = {
    mean: Array.from({ length: channels }, (_, channel) => 0.4 + 0.1 * channel),
    deviation: Array.from({ length: channels }, (_, channel) => 0.3 - 0.05 * channel),
  };
  return {
    task: { model, preprocessing },
    layout: parameterLayout(model),
    parameters: randomParameters(model, seed),
    batch: randomBatch(model, count, seed),
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

export function randomBatch(model: ModelSpecification, count: number, seed: number): Batch {
  const random = new RandomSequence(seed, "test", 2);
  return {
    count,
    pixels: Uint8Array.from({ length: count * elementCount(model.inputShape) }, () => random.below(256)),
    labels: Uint8Array.from({ length: count }, () => random.below(model.classCount)),
  };
}

/** Samples `first` to `first + count − 1` of a batch, without copying. */
export function partOfBatch(batch: Batch, first: number, count: number): Batch {
  const pixelCount = batch.pixels.length / batch.count;
  return {
    count,
    pixels: batch.pixels.subarray(first * pixelCount, (first + count) * pixelCount),
    labels: batch.labels.subarray(first, first + count),
  };
}
