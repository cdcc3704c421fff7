import { proveEngine } from "@convoy/engine";
import { engineConformance } from "@convoy/engine/conformance";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { createTfjsEngine } from "./create-tfjs-engine.ts";

const factories = {
  wasm: createTfjsEngine("wasm", { wasmPaths: "/node_modules/@tensorflow/tfjs-backend-wasm/dist/" }),
  webgpu: createTfjsEngine("webgpu"),
};

const countResources = () => tf.memory().numTensors;

engineConformance("tfjs-wasm", factories.wasm, { countResources });
engineConformance("tfjs-webgpu", factories.webgpu, {
  countResources,
  lenetBatchSize: 12,
  slowToCompile: true,
  timeoutMs: 120_000,
});

describe.each(Object.entries(factories))("the engine tfjs-%s", (_name, factory) => {
  it("proves itself", async () => {
    const proof = await proveEngine(factory);
    expect(proof).toMatchObject({ passed: true });
    expect(proof.largestError).toBeLessThan(1e-5);
  });
});
