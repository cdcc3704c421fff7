import { type Batch, EngineError, type EngineTask, proveEngine } from "@convoy/engine";
import { openGraphicsDevice, webgpuAvailability } from "@convoy/engine-webgpu/graphics-device";
import { murmur3Text } from "@convoy/foundation";
import { parameterLayout } from "@convoy/models";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it, vi } from "vitest";
import { createTfjsEngine } from "../create-tfjs-engine.ts";

// As small as can be: every device of this file compiles its programs anew.
const task: EngineTask = {
  model: {
    name: "small",
    inputShape: [4, 4, 1],
    layers: [{ type: "flatten" }, { type: "dense", units: 3 }],
    classCount: 3,
  },
  preprocessing: { mean: [0], deviation: [1] },
};
const layout = parameterLayout(task.model);
const factory = createTfjsEngine("webgpu");
const batch: Batch = { count: 1, pixels: new Uint8Array(16).fill(9), labels: Uint8Array.of(1) };
const gradient = new Float32Array(layout.length);

async function readyEngine() {
  const engine = await factory(task);
  engine.setParameters(Float32Array.from({ length: layout.length }, (_, index) => Math.sin(index)));
  await engine.computeGradient(batch, gradient);
  return engine;
}

function currentDevice(): GPUDevice {
  return (tf.findBackend("webgpu") as WebGPUBackend).device;
}

describe("a GPU", () => {
  it("is found and described", async () => {
    const availability = await webgpuAvailability();
    expect(availability).toMatchObject({ available: true, adapter: { name: expect.stringMatching(/./) } });
    const engine = await factory(task);
    if (availability.available) expect(engine.identity.device).toBe(availability.adapter.name);
    expect(engine.identity.fingerprint).toContain(murmur3Text(navigator.userAgent));
    engine.dispose();
  });

  it("that is lost ends the engine, what is under way and what comes later, and the next engine gets a new one", async () => {
    const engine = await readyEngine();
    const underWay = engine.computeGradient(batch, gradient);
    currentDevice().destroy();
    await expect(underWay).rejects.toThrow(EngineError);
    await expect(engine.computeGradient(batch, gradient)).rejects.toThrow(/^The GPU was lost/);
    await expect(engine.evaluate(batch)).rejects.toThrow(EngineError);
    expect(() => engine.setParameters(new Float32Array(layout.length))).toThrow(EngineError);
    engine.dispose();
    expect(await proveEngine(factory)).toMatchObject({ passed: true });
  });

  it("that reports an error ends the engine, although no call failed", async () => {
    const engine = await readyEngine();
    currentDevice().createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await currentDevice().queue.onSubmittedWorkDone();
    await expect(engine.computeGradient(batch, gradient)).rejects.toThrow(/^The GPU reported an error: /);
    engine.dispose();
    (await readyEngine()).dispose();
  });

  it("is not waited upon by a step longer than the step takes: its failure is heard of all the same", async () => {
    const engine = await readyEngine();
    const { failed, device } = await openGraphicsDevice();
    // What is to happen when a promise settles is kept for as long as it does not.
    const waiting = [failed, device.lost].map((promise) => vi.spyOn(promise as Promise<unknown>, "then"));
    for (let step = 0; step < 3; step++) await engine.computeGradient(batch, gradient);
    for (const then of waiting) expect(then).not.toHaveBeenCalled();
    engine.dispose();
  });

  it("computes several batches that are under way at once", async () => {
    const engine = await readyEngine();
    const other = { ...batch, labels: Uint8Array.of(2) };
    const alone = await engine.evaluate(other);
    const [first, second] = await Promise.all([engine.computeGradient(batch, gradient), engine.evaluate(other)]);
    expect(second).toEqual(alone);
    expect(first).not.toEqual(second);
    engine.dispose();
  });
});
