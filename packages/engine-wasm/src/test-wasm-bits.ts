/** Whether the engine gives the bits that its fingerprint promises, wherever it runs. */
import { type EngineTask, rehearse } from "@convoy/engine";
import { lenet5, type ModelSpecification } from "@convoy/models";
import { expect } from "vitest";
import goldens from "./goldens/wasm-bits.json" with { type: "json" };
import { createWasmEngine } from "./index.ts";

/** Every kind of operation that LeNet-5 has not. */
const varied: ModelSpecification = {
  name: "varied",
  inputShape: [19, 17, 3],
  layers: [
    { type: "convolution", channels: 9, window: 5, stride: 2, padding: "same" },
    { type: "tanh" },
    { type: "local-response-normalization", size: 3, bias: 2, alpha: 0.1, beta: 0.75 },
    { type: "max-pool", window: 3, stride: 2, padding: 1 },
    { type: "convolution", channels: 2, window: 3, stride: 1, padding: 1 },
    { type: "sigmoid" },
    { type: "average-pool", window: 2, stride: 1, padding: "same", countPadding: false },
    { type: "flatten" },
    { type: "dense", units: 33 },
    { type: "relu" },
    { type: "dense", units: 5 },
  ],
  classCount: 5,
};

/**
 * Whole shards, and shorter ones as at the end of a batch. The fingerprint holds the hash of the kernels; when they
 * change on purpose, store the new bits under the new fingerprint.
 */
export async function expectPromisedBits(): Promise<void> {
  const bits: Record<string, string> = {};
  let fingerprint = "";
  for (const [model, mean] of [
    [lenet5, [0.5]],
    [varied, [0.4, 0.5, 0.6]],
  ] as const) {
    const task: EngineTask = { model, preprocessing: { mean, deviation: mean } };
    const engine = await createWasmEngine({ build: "simd" })(task);
    for (const count of [8, 4, 3, 1]) bits[`${model.name}, ${count} samples`] = await rehearse(engine, task, count);
    fingerprint = engine.identity.fingerprint;
    engine.dispose();
  }
  expect({ [fingerprint]: bits }).toEqual(goldens);
}
