import { type Batch, createStepper, EngineError, type EngineTask, proveEngine } from "@convoy/engine";
import { type OptimizerSpecification, parameterLayout } from "@convoy/models";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openGraphicsDevice } from "./device/graphics-device.ts";
import { webgpuAvailability } from "./device/webgpu-availability.ts";
import { preparePipelines } from "./pipelines.ts";
import { createWebgpuEngine } from "./webgpu-engine.ts";
import { kernel } from "./wgsl/kernel.ts";

// As small as can be: every device of this file compiles its shaders anew.
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
const factory = createWebgpuEngine();
const batch: Batch = { count: 1, pixels: new Uint8Array(16).fill(9), labels: Uint8Array.of(1) };
const gradient = new Float32Array(layout.length);
const parameters = Float32Array.from({ length: layout.length }, (_, index) => Math.sin(index));

const momentum: OptimizerSpecification = { type: "sgd", learningRate: 0.1, momentum: 0.9 };

async function readyEngine() {
  const engine = await factory(task);
  engine.setParameters(parameters);
  await engine.computeGradient(batch, gradient);
  return engine;
}

describe("a GPU", () => {
  it("is described in the engine's identity", async () => {
    const availability = await webgpuAvailability();
    const engine = await factory(task);
    expect(engine.identity).toMatchObject({ name: "webgpu", fingerprint: expect.stringMatching(/^webgpu \d+, /) });
    if (availability.available) expect(engine.identity.device).toBe(availability.adapter.name);
    engine.dispose();
  });

  it("that is lost ends the engine, what is under way and what comes later, and the next engine gets a new one", async () => {
    const engine = await readyEngine();
    const underWay = engine.computeGradient(batch, gradient);
    (await openGraphicsDevice()).device.destroy();
    await expect(underWay).rejects.toThrow(EngineError);
    await expect(engine.computeGradient(batch, gradient)).rejects.toThrow(/^The GPU was lost/);
    await expect(engine.evaluate(batch)).rejects.toThrow(EngineError);
    expect(() => engine.setParameters(parameters)).toThrow(EngineError);
    engine.dispose();
    expect(await proveEngine(factory)).toMatchObject({ passed: true });
  });

  it("that is lost in the middle of a stretch ends the steps under way and those that follow", async () => {
    const engine = await readyEngine();
    const stepper = await createStepper(engine, momentum, layout.length);
    stepper.setParameters(parameters);
    await stepper.step(batch, { step: 1, learningRate: 0.1 });
    const underWay = [2, 3].map((step) => stepper.step(batch, { step, learningRate: 0.1 }));
    (await openGraphicsDevice()).device.destroy();
    for (const step of underWay) await expect(step).rejects.toThrow(EngineError);
    await expect(stepper.step(batch, { step: 4, learningRate: 0.1 })).rejects.toThrow(/^The GPU was lost/);
    await expect(stepper.readParameters(gradient)).rejects.toThrow(EngineError);
    await expect(stepper.readState()).rejects.toThrow(EngineError);
    await expect(createStepper(engine, momentum, layout.length)).rejects.toThrow(EngineError);
    stepper.dispose();
    engine.dispose();
  });

  it("that reports an error ends the engine, although no call failed", async () => {
    const engine = await readyEngine();
    const { device } = await openGraphicsDevice();
    device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await device.queue.onSubmittedWorkDone();
    await expect(engine.computeGradient(batch, gradient)).rejects.toThrow(/^The GPU reported an error: /);
    engine.dispose();
    expect(await factory(task)).toMatchObject({ identity: { name: "webgpu" } });
  });

  it("that cannot compile a shader says for which operation, and serves others", async () => {
    const graphics = await openGraphicsDevice();
    const faulty = kernel({
      name: "convolution of layer 7",
      bindings: { result: "results" },
      invocations: () => 1,
      limit: "1",
      body: "result[index] = nonsense;",
      work: 1,
    });
    await expect(preparePipelines(graphics, [faulty])).rejects.toThrow(
      /^The shader for convolution of layer 7 does not compile on this GPU: .*nonsense/,
    );
    expect(graphics.failure).toBeUndefined();
    (await readyEngine()).dispose();
  });

  it("whose buffers are too small refuses the model, and names the buffer", async () => {
    const { device } = await openGraphicsDevice();
    // A GPU that grants more than this would need more memory than the machine may have.
    vi.spyOn(device, "limits", "get").mockReturnValue({ ...defaultLimits, maxStorageBufferBindingSize: 200 } as never);
    await expect(factory(task)).rejects.toThrow(
      new EngineError(
        "small does not fit on this GPU with one sample at once: its parameters would take 0.0 MB, and a buffer may have 0.0 MB.",
      ),
    );
    vi.restoreAllMocks();
    const engine = await readyEngine();
    vi.spyOn(device, "limits", "get").mockReturnValue({ ...defaultLimits, maxStorageBufferBindingSize: 900 } as never);
    const large: Batch = { count: 64, pixels: new Uint8Array(16 * 64), labels: new Uint8Array(64) };
    await expect(engine.computeGradient(large, gradient)).rejects.toThrow(
      /with 64 samples at once: its gradient would/,
    );
    expect(await engine.computeGradient(batch, gradient)).toMatchObject({ correctCount: expect.any(Number) });
    engine.dispose();
    vi.restoreAllMocks();
  });

  it("whose buffers are too small for the run's batches says so before the first comes", async () => {
    const { device } = await openGraphicsDevice();
    vi.spyOn(device, "limits", "get").mockReturnValue({ ...defaultLimits, maxStorageBufferBindingSize: 900 } as never);
    await expect(factory({ ...task, batchSize: 64 })).rejects.toThrow(
      /^small does not fit on this GPU with 64 samples at once: its gradient would take/,
    );
    (await factory({ ...task, batchSize: 1 })).dispose();
    vi.restoreAllMocks();
  });

  it("whose buffers are too small for an evaluation is given it in parts", async () => {
    const { device } = await openGraphicsDevice();
    const pixels = Uint8Array.from({ length: 16 * 65 }, (_, i) => (i * 37) % 256);
    const large: Batch = { count: 65, pixels, labels: Uint8Array.from({ length: 65 }, (_, i) => i % 3) };
    const whole = await (await readyEngine()).evaluate(large);
    const engine = await readyEngine();
    vi.spyOn(device, "limits", "get").mockReturnValue({ ...defaultLimits, maxStorageBufferBindingSize: 900 } as never);
    const parted = await engine.evaluate(large);
    vi.restoreAllMocks();
    expect(parted.predictions).toEqual(whole.predictions);
    expect(parted.correctCount).toBe(whole.correctCount);
    expect(parted.lossSum).toBeCloseTo(whole.lossSum, 4);
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

const defaultLimits = { maxBufferSize: 256 * 2 ** 20, maxStorageBufferBindingSize: 128 * 2 ** 20 };

describe("a step", () => {
  beforeEach(() => {
    vi.spyOn(GPUQueue.prototype, "submit");
    vi.spyOn(GPUBuffer.prototype, "mapAsync");
    vi.spyOn(GPUDevice.prototype, "createBuffer");
    vi.spyOn(GPUDevice.prototype, "createBindGroup");
    vi.spyOn(GPUDevice.prototype, "createComputePipelineAsync");
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("is one submit and one mapped buffer, and makes nothing anew but what it encodes", async () => {
    const engine = await readyEngine();
    for (const count of [1, 1, 1]) {
      vi.clearAllMocks();
      engine.setParameters(parameters);
      await engine.computeGradient({ ...batch, count }, gradient);
      expect(GPUQueue.prototype.submit).toHaveBeenCalledTimes(1);
      expect(GPUBuffer.prototype.mapAsync).toHaveBeenCalledTimes(1);
      expect(GPUDevice.prototype.createBuffer).not.toHaveBeenCalled();
      expect(GPUDevice.prototype.createBindGroup).not.toHaveBeenCalled();
      expect(GPUDevice.prototype.createComputePipelineAsync).not.toHaveBeenCalled();
    }
    engine.dispose();
  });

  it("with an optimizer reads nothing back but losses, and makes nothing anew but what it encodes", async () => {
    const engine = await readyEngine();
    const stepper = await createStepper(engine, momentum, layout.length);
    stepper.setParameters(parameters);
    const at = { step: 1, learningRate: 0.1 };
    await stepper.step(batch, at);
    vi.clearAllMocks();
    for (let i = 0; i < 3; i++) await stepper.step(batch, at);
    expect(GPUQueue.prototype.submit).toHaveBeenCalledTimes(3);
    expect(vi.mocked(GPUBuffer.prototype.mapAsync).mock.calls.map(([, , size]) => size)).toEqual([8, 8, 8]);
    expect(GPUDevice.prototype.createBuffer).not.toHaveBeenCalled();
    expect(GPUDevice.prototype.createBindGroup).not.toHaveBeenCalled();
    // Losses, the gradient of before, the parameters: one buffer of each size is kept.
    for (let i = 0; i < 3; i++) {
      await stepper.readParameters(gradient);
      await Promise.all([stepper.step(batch, at), stepper.step(batch, at)]);
    }
    vi.clearAllMocks();
    await stepper.readParameters(gradient);
    await Promise.all([stepper.step(batch, at), stepper.step(batch, at)]);
    expect(GPUDevice.prototype.createBuffer).not.toHaveBeenCalled();
    engine.dispose();
  });

  it("gives its buffers back with the engine, those that a larger batch replaced too", async () => {
    const destroy = vi.spyOn(GPUBuffer.prototype, "destroy");
    const engine = await readyEngine();
    const large: Batch = { count: 9, pixels: new Uint8Array(16 * 9), labels: new Uint8Array(9) };
    await engine.computeGradient(large, gradient);
    await engine.computeGradient(batch, gradient);
    engine.dispose();
    const made = vi.mocked(GPUDevice.prototype.createBuffer).mock.results.length;
    expect(destroy).toHaveBeenCalledTimes(made);
    expect(await webgpuAvailability()).toMatchObject({ available: true });
  });

  it("of a second engine for the same model compiles nothing", async () => {
    (await readyEngine()).dispose();
    vi.clearAllMocks();
    (await readyEngine()).dispose();
    expect(GPUDevice.prototype.createComputePipelineAsync).not.toHaveBeenCalled();
  });
});
