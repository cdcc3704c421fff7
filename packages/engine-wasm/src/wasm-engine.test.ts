import { EngineError, type EngineTask, proveEngine } from "@convoy/engine";
import { engineConformance } from "@convoy/engine/conformance";
import { initializeParameters, lenet5, parameterLayout } from "@convoy/models";
import { describe, expect, it } from "vitest";
import { createWasmEngine, memoryBytesFor } from "./index.ts";

engineConformance("wasm", createWasmEngine());

const task: EngineTask = { model: lenet5, preprocessing: { mean: [0.5], deviation: [0.5] } };
const layout = parameterLayout(lenet5);
const parametersOf = (seed: number) => initializeParameters(layout, { type: "pytorch-default" }, seed);

function batchOf(count: number) {
  return {
    count,
    pixels: Uint8Array.from({ length: count * 784 }, (_, i) => i % 251),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  };
}

describe("the engine wasm", () => {
  it("proves itself", async () => {
    const proof = await proveEngine(createWasmEngine());
    expect(proof).toMatchObject({ passed: true });
    expect(proof.largestError).toBeLessThan(1e-6);
  });

  it("refuses a network that memory cannot hold, in a sentence", async () => {
    const model = {
      name: "huge",
      inputShape: [64, 64, 3],
      layers: [{ type: "flatten" }, { type: "dense", units: 65_536 }, { type: "dense", units: 2 }],
      classCount: 2,
    } as const;
    const preprocessing = { mean: [0, 0, 0], deviation: [1, 1, 1] };
    const made = createWasmEngine()({ model, preprocessing });
    await expect(made).rejects.toThrow(EngineError);
    await expect(made).rejects.toThrow(
      /^huge needs \d\.\d\d GB of memory for the engine wasm, more than there is here\.$/,
    );
    expect(memoryBytesFor({ model, preprocessing })).toBeGreaterThan(4e9);
  });

  it("lets others run while it computes for long", async () => {
    const engine = await createWasmEngine()(task);
    engine.setParameters(parametersOf(1));
    let heard = false;
    setImmediate(() => {
      heard = true;
    });
    await engine.evaluate(batchOf(16_384));
    expect(heard).toBe(true);
    engine.dispose();
  }, 60_000);

  it("lets others run between short computations that follow each other at once", async () => {
    const engine = await createWasmEngine()(task);
    engine.setParameters(parametersOf(1));
    const batch = batchOf(8);
    // The first take long.
    for (let i = 0; i < 50; i++) await engine.evaluate(batch);
    await new Promise((resolve) => setImmediate(resolve));
    let heard = false;
    setImmediate(() => {
      heard = true;
    });
    for (const until = performance.now() + 1000; !heard && performance.now() < until; ) await engine.evaluate(batch);
    expect(heard).toBe(true);
    engine.dispose();
  }, 60_000);

  it("finishes with the parameters it began with when others come meanwhile", async () => {
    const engine = await createWasmEngine()(task);
    const [first, second] = [parametersOf(1), parametersOf(2)];
    const lossWith = async (parameters: Float32Array) => {
      engine.setParameters(parameters);
      return (await engine.evaluate(batchOf(16_384))).lossSum;
    };
    const [lossOfFirst, lossOfSecond] = [await lossWith(first), await lossWith(second)];
    expect(lossOfFirst).not.toBe(lossOfSecond);
    engine.setParameters(first);
    const evaluating = engine.evaluate(batchOf(16_384));
    await new Promise((resolve) => setImmediate(resolve));
    engine.setParameters(second);
    const next = engine.evaluate(batchOf(16_384));
    expect((await evaluating).lossSum).toBe(lossOfFirst);
    expect((await next).lossSum).toBe(lossOfSecond);
    engine.dispose();
  }, 120_000);
});
