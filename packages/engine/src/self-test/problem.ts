/**
 * The stored problem that every worker solves before it may contribute: small enough for any device, and with every
 * kind of layer on the way of the gradient (the second convolution is there so that one has to pass its input
 * gradient on).
 */
import { RandomSequence } from "@convoy/foundation";
import { elementCount, type ModelSpecification, parameterLayout } from "@convoy/models";
import type { Batch, EngineTask } from "../engine.ts";

const SEED = 2;
const SAMPLE_COUNT = 8;

const model: ModelSpecification = {
  name: "self-test",
  inputShape: [8, 8, 1],
  layers: [
    { type: "convolution", channels: 3, window: 3, stride: 1, padding: "valid" },
    { type: "relu" },
    { type: "max-pool", window: 2, stride: 2, padding: "valid" },
    { type: "convolution", channels: 4, window: 2, stride: 1, padding: "valid" },
    { type: "relu" },
    { type: "flatten" },
    { type: "dense", units: 6 },
    { type: "relu" },
    { type: "dense", units: 3 },
  ],
  classCount: 3,
};

export const selfTestTask: EngineTask = { model, preprocessing: { mean: [0.5], deviation: [0.25] } };

export function selfTestParameters(): Float32Array {
  const layout = parameterLayout(model);
  const parameters = new Float32Array(layout.length);
  layout.entries.forEach((entry, index) => {
    const random = new RandomSequence(SEED, "selfTest", index);
    const bound = Math.sqrt(3 / entry.fanIn);
    for (let i = 0; i < entry.length; i++) parameters[entry.offset + i] = random.between(-bound, bound);
  });
  return parameters;
}

export function selfTestBatch(): Batch {
  const random = new RandomSequence(SEED, "selfTest", parameterLayout(model).entries.length);
  const pixels = Uint8Array.from({ length: SAMPLE_COUNT * elementCount(model.inputShape) }, () => random.below(256));
  const labels = Uint8Array.from({ length: SAMPLE_COUNT }, () => random.below(model.classCount));
  return { count: SAMPLE_COUNT, pixels, labels };
}
