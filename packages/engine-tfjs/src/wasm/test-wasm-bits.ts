/** Whether tfjs-wasm gives the bits that its fingerprint promises. */
import { type EngineFactory, type EngineTask, rehearse } from "@convoy/engine";
import { lenet5, type ModelSpecification } from "@convoy/models";
import { expect } from "vitest";
import goldens from "./goldens/wasm-bits.json" with { type: "json" };

/** Padding, strides and channels that LeNet-5 has not. */
const padded: ModelSpecification = {
  name: "padded",
  inputShape: [19, 17, 3],
  layers: [
    { type: "convolution", channels: 9, window: 5, stride: 2, padding: "same" },
    { type: "relu" },
    { type: "max-pool", window: 3, stride: 2, padding: 1 },
    { type: "convolution", channels: 2, window: 3, stride: 1, padding: 1 },
    { type: "relu" },
    { type: "flatten" },
    { type: "dense", units: 33 },
    { type: "relu" },
    { type: "dense", units: 5 },
  ],
  classCount: 5,
};

/** Every other kind of layer. */
const varied: ModelSpecification = {
  name: "varied",
  inputShape: [13, 12, 3],
  layers: [
    { type: "convolution", channels: 7, window: 3, stride: 4, padding: "same" },
    { type: "sigmoid" },
    { type: "local-response-normalization", size: 3, bias: 1, alpha: 0.5, beta: 0.75 },
    { type: "min-pool", window: 2, stride: 1, padding: 1 },
    { type: "average-pool", window: 2, stride: 1, padding: "same", countPadding: false },
    { type: "convolution", channels: 6, window: 2, stride: 1, padding: "valid" },
    { type: "tanh" },
    { type: "adaptive-average-pool", height: 3, width: 2 },
    { type: "flatten" },
    { type: "dropout", rate: 0.4 },
    { type: "dense", units: 5 },
  ],
  classCount: 5,
};

/**
 * Whole shards, and shorter ones as at the end of a batch. When this fails, the arithmetic has changed: say so by a new
 * number of the kernels' version, and store the new bits under the new fingerprint.
 */
export async function expectPromisedBits(factory: EngineFactory): Promise<void> {
  const bits: Record<string, string> = {};
  let fingerprint = "";
  for (const [model, mean] of [
    [lenet5, [0.5]],
    [padded, [0.4, 0.5, 0.6]],
    [varied, [0.4, 0.5, 0.6]],
  ] as const) {
    const task: EngineTask = { model, preprocessing: { mean, deviation: mean } };
    const engine = await factory(task);
    for (const count of [8, 4, 3, 1]) bits[`${model.name}, ${count} samples`] = await rehearse(engine, task, count);
    fingerprint = engine.identity.fingerprint;
    engine.dispose();
  }
  expect({ [fingerprint]: bits }).toEqual(goldens);
}
