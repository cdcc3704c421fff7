import { proveEngine } from "@convoy/engine";
import { engineConformance } from "@convoy/engine/conformance";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { createTfjsEngine } from "./create-tfjs-engine.ts";
import { wasmDirectory } from "./wasm-directory.ts";

const factories = {
  wasm: createTfjsEngine("wasm", { wasmPaths: wasmDirectory() }),
  cpu: createTfjsEngine("cpu"),
};

const countResources = () => tf.memory().numTensors;

engineConformance("tfjs-wasm", factories.wasm, { countResources });
engineConformance("tfjs-cpu", factories.cpu, { countResources, lenetBatchSize: 12 });

describe.each(Object.entries(factories))("the engine tfjs-%s", (_name, factory) => {
  it("proves itself", async () => {
    const proof = await proveEngine(factory);
    expect(proof).toMatchObject({ passed: true });
    expect(proof.largestError).toBeLessThan(1e-5);
  });
});
