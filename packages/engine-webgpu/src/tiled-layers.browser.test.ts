import { compareVectors, compilePlan, createReferenceEngine, type EngineFactory } from "@convoy/engine";
import { RandomSequence } from "@convoy/foundation";
import { elementCount, type Layer, type ModelSpecification, parameterLayout } from "@convoy/models";
import { describe, expect, it } from "vitest";
import { chooseKernels } from "./choose-kernels.ts";
import { openGraphicsDevice } from "./device/graphics-device.ts";
import { kernelsOfPlan } from "./kernels-of-plan.ts";
import { createWebgpuEngine } from "./webgpu-engine.ts";

// An imitated GPU would not choose tiles by itself.
const squareTiles = createWebgpuEngine({ products: "in square tiles" });
const tallTiles = createWebgpuEngine({ products: "in tall tiles" });

function convolution(window: number, stride: number, padding: "valid" | "same" | number, channels: number): Layer {
  return { type: "convolution", channels, window, stride, padding };
}

function modelOf(name: string, ...layers: Layer[]): ModelSpecification {
  const end: Layer[] = [{ type: "flatten" }, { type: "dense", units: 3 }];
  return { name, inputShape: [9, 12, 2], layers: [...layers, ...end], classCount: 3 };
}

/**
 * More than a tile, sums in several parts, strides, padding, a pool, and every operation that is made in tiles; four
 * elements at a time where channels allow it, and one by one. Small models, and few: an imitated GPU takes seconds to
 * compile each kernel that waits at a barrier.
 */
const wide = modelOf(
  "3×3, 72 channels and 70, pooled",
  convolution(3, 1, 1, 72),
  convolution(1, 1, "valid", 70),
  { type: "max-pool", window: 2, stride: 2, padding: "valid" },
  { type: "relu" },
);
const strided = modelOf("stride 2, same", convolution(1, 1, "valid", 4), convolution(3, 2, "same", 8), {
  type: "sigmoid",
});

function problemOf(model: ModelSpecification, count: number) {
  const layout = parameterLayout(model);
  const random = new RandomSequence(3, "test");
  const parameters = new Float32Array(layout.length);
  for (const { offset, length, fanIn } of layout.entries) {
    for (let i = offset; i < offset + length; i++) parameters[i] = random.between(-1, 1) * Math.sqrt(3 / fanIn);
  }
  const pixels = Uint8Array.from({ length: count * elementCount(model.inputShape) }, () => random.below(256));
  const labels = Uint8Array.from({ length: count }, () => random.below(model.classCount));
  return { layout, parameters, batch: { count, pixels, labels } };
}

const taskOf = (model: ModelSpecification) => ({ model, preprocessing: { mean: [0.5, 0.4], deviation: [0.3, 0.2] } });

async function compute(factory: EngineFactory, model: ModelSpecification, count: number) {
  const { layout, parameters, batch } = problemOf(model, count);
  const engine = await factory(taskOf(model));
  engine.setParameters(parameters);
  const gradient = new Float32Array(layout.length).fill(Number.NaN);
  const outcome = await engine.computeGradient(batch, gradient);
  const again = new Float32Array(layout.length);
  await engine.computeGradient(batch, again);
  engine.dispose();
  expect(again).toEqual(gradient);
  return { layout, gradient, outcome };
}

describe("products in tiles", () => {
  const ways = [
    ["in tall tiles", wide, tallTiles],
    ["in square tiles", strided, squareTiles],
  ] as const;
  it.each(
    ways.flatMap(([way, model, factory]) => [1, 7].map((count) => [model.name, way, count, model, factory] as const)),
  )("%s, %s, %i samples", async (_name, _way, count, model, factory) => {
    const expected = await compute(createReferenceEngine, model, count);
    const actual = await compute(factory, model, count);
    expect(actual.outcome.lossSum / expected.outcome.lossSum).toBeCloseTo(1, 5);
    expect(actual.outcome.correctCount).toBe(expected.outcome.correctCount);
    expect(compareVectors(actual.layout, actual.gradient, expected.gradient).largestError).toBeLessThan(1e-5);
  });

  it("or in registers are chosen by measurement, operation by operation", async () => {
    const graphics = await openGraphicsDevice();
    const model = modelOf("1×1", convolution(1, 1, "valid", 4));
    const plan = compilePlan(model, { batchSize: 2, placeBytes: 4, fusedPools: "disjoint" });
    const { forward, backward } = kernelsOfPlan(plan, taskOf(model), 0);
    const choices = [...forward, ...backward];
    const chosen = await chooseKernels(graphics, plan, elementCount(model.inputShape), choices);
    expect(chosen).toHaveLength(choices.length);
    choices.forEach((choice, index) => {
      expect(choice).toContain(chosen[index]);
    });
    expect(choices.filter((choice) => choice.length > 1).length).toBeGreaterThan(3);
  });

  it("are not tried where the GPU has no room to compare them", async () => {
    const graphics = await openGraphicsDevice();
    const model = wide;
    const plan = compilePlan(model, { batchSize: 2 ** 22, placeBytes: 4, fusedPools: "disjoint" });
    const { forward } = kernelsOfPlan(plan, taskOf(model), 0);
    const chosen = await chooseKernels(graphics, plan, elementCount(model.inputShape), forward);
    expect(chosen).toEqual(forward.map(([first]) => first));
    expect(graphics.failure).toBeUndefined();
  });
});
