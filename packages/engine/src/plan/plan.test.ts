import {
  alexnet,
  alexnetOf2012,
  alexnetSmall,
  type Layer,
  lenet5,
  lenet5of1998,
  type ModelSpecification,
  parameterLayout,
  recipes,
} from "@convoy/models";
import { describe, expect, it, test } from "vitest";
import { edgeNetworks, smallNetwork } from "../conformance/networks.ts";
import { EngineError } from "../engine.ts";
import { areAliveTogether } from "./arena.ts";
import { compilePlan } from "./compile-plan.ts";
import { describePlan } from "./describe-plan.ts";
import type { Operation, Plan } from "./plan.ts";
import { buffersOf } from "./plan-builder.ts";
import { floatingPointOperations } from "./work.ts";

const networks = [lenet5, lenet5of1998, alexnet, alexnetSmall, alexnetOf2012(1000), smallNetwork, ...edgeNetworks];

const typesOf = (operations: readonly Operation[]) => operations.map(({ type }) => type);

function modelOf(layers: Layer[], classCount: number): ModelSpecification {
  return { name: "m", inputShape: [8, 6, 2], layers, classCount };
}

describe("the plan of LeNet-5", () => {
  const plan = compilePlan(lenet5, { batchSize: 64 });

  it("is a few fused operations", () => {
    expect(typesOf(plan.forward)).toEqual([
      "preprocess",
      "convolution",
      "convolution",
      "dense",
      "dense",
      "dense",
      "loss",
    ]);
    expect(typesOf(plan.backward)).toEqual([
      "dense-parameter-gradient",
      "dense-input-gradient",
      "dense-parameter-gradient",
      "dense-input-gradient",
      "dense-parameter-gradient",
      "dense-input-gradient",
      "extreme-pool-gradient",
      "convolution-parameter-gradient",
      "convolution-input-gradient",
      "extreme-pool-gradient",
      "convolution-parameter-gradient",
    ]);
  });

  it("has the work that is counted by hand", () => {
    const work = (type: string) =>
      [...plan.forward, ...plan.backward]
        .filter((operation) => operation.type === type)
        .map((operation) => floatingPointOperations(operation));
    // Output pixels × taps × channels in × out × 2.
    expect(work("convolution")).toEqual([24 * 24 * 25 * 6 * 2, 8 * 8 * 25 * 6 * 16 * 2]);
    expect(work("dense")).toEqual([256 * 120 * 2, 120 * 84 * 2, 84 * 10 * 2]);
  });

  it("is printed with every operation and buffer", () => {
    const text = describePlan(plan);
    expect(text).toContain("convolution 5×5×6 stride 1 padding valid + max-pool 2×2 + relu");
    for (const { name } of plan.buffers) expect(text).toContain(name);
  });
});

describe.each(networks.map((model) => [model.name, model] as const))("the plan of %s", (_, model) => {
  const plan = compilePlan(model, { batchSize: 4 });
  const operations = [...plan.forward, ...plan.backward];

  it("keeps apart what is alive at the same time", () => {
    plan.buffers.forEach((a, index) => {
      expect(a.offset % 256).toBe(0);
      expect(a.offset + a.bytes).toBeLessThanOrEqual(plan.arenaBytes);
      for (const b of plan.buffers.slice(index + 1)) {
        if (!areAliveTogether(a, b)) continue;
        expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset, `${a.name} and ${b.name}`).toBe(true);
      }
    });
  });

  it("writes every buffer before it is read", () => {
    const written = new Set<number>();
    for (const operation of operations) {
      const outputs = outputsOf(operation);
      for (const id of buffersOf(operation)) {
        expect(written.has(id) || outputs.includes(id), `${operation.type} reads ${plan.buffers[id]?.name}`).toBe(true);
      }
      for (const id of outputs) {
        expect(written.has(id), `${plan.buffers[id]?.name} is written twice`).toBe(false);
        written.add(id);
      }
    }
    expect(written.size).toBe(plan.buffers.length);
  });

  it("gives a gradient to every parameter, once", () => {
    expectGradientOfEveryParameter(plan, model);
  });
});

test.each(recipes.map((recipe) => [recipe.name, recipe] as const))(
  "there is a plan for a whole batch of %s",
  (_, recipe) => {
    expectGradientOfEveryParameter(compilePlan(recipe.model, { batchSize: recipe.batchSize }), recipe.model);
  },
);

function expectGradientOfEveryParameter({ backward }: Plan, model: ModelSpecification): void {
  const ranges = backward.flatMap((operation) =>
    "bias" in operation && "weights" in operation ? [operation.weights, operation.bias] : [],
  );
  let end = 0;
  for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    expect(offset).toBe(end);
    end += length;
  }
  expect(end).toBe(parameterLayout(model).length);
}

function outputsOf(operation: Operation): number[] {
  switch (operation.type) {
    case "loss":
      return [operation.logitsGradient];
    case "convolution":
      return [operation.output, ...(operation.pool === null ? [] : [operation.pool.places])];
    case "extreme-pool":
      return [operation.output, operation.places];
    case "activation-gradient":
      return [operation.inputGradient];
    default:
      return "inputGradient" in operation ? [operation.inputGradient] : "output" in operation ? [operation.output] : [];
  }
}

describe("fusion", () => {
  const overlapping: Layer[] = [
    { type: "convolution", channels: 3, window: 3, stride: 1, padding: 1 },
    { type: "max-pool", window: 3, stride: 2, padding: "valid" },
    { type: "tanh" },
    { type: "flatten" },
    { type: "dense", units: 4 },
  ];
  const forward = (fusedPools: "all" | "disjoint") =>
    typesOf(compilePlan(modelOf(overlapping, 4), { batchSize: 2, fusedPools }).forward);

  it("takes a pool along before or after the activation", () => {
    expect(forward("all")).toEqual(["preprocess", "convolution", "dense", "loss"]);
    const [convolution, pool, tanh, ...rest] = overlapping as [Layer, Layer, Layer, ...Layer[]];
    const swapped = modelOf([convolution, tanh, pool, ...rest], 4);
    expect(typesOf(compilePlan(swapped, { batchSize: 2 }).forward)).toHaveLength(4);
  });

  it("leaves overlapping pools alone where told", () => {
    expect(forward("disjoint")).toEqual(["preprocess", "convolution", "extreme-pool", "activation", "dense", "loss"]);
  });

  it("lets the loss apply the slope of an activation that ends the network", () => {
    const plan = compilePlan(modelOf([{ type: "flatten" }, { type: "dense", units: 3 }, { type: "sigmoid" }], 3), {
      batchSize: 2,
    });
    expect(plan.forward.at(-1)).toMatchObject({ type: "loss", through: { activation: "sigmoid" } });
  });

  it("goes no further back than the first layer with parameters", () => {
    const plan = compilePlan(modelOf([{ type: "relu" }, { type: "flatten" }, { type: "dense", units: 3 }], 3), {
      batchSize: 2,
    });
    expect(typesOf(plan.backward)).toEqual(["dense-parameter-gradient"]);
  });
});

test("windows of more places than an element can tell are refused by name, with and without a convolution before them", () => {
  const pool = (window: number): Layer => ({ type: "max-pool", window, stride: window, padding: "valid" });
  const layers = (window: number): Layer[] => [pool(window), { type: "flatten" }, { type: "dense", units: 2 }];
  const compile = (window: number, before: Layer[], placeBytes: 2 | 4) =>
    compilePlan(
      { name: "m", inputShape: [257, 257, 1], layers: [...before, ...layers(window)], classCount: 2 },
      { batchSize: 1, placeBytes },
    );
  expect(() => compile(256, [], 2)).not.toThrow();
  expect(() => compile(257, [], 4)).not.toThrow();
  const sentence =
    "(max-pool 257×257 stride 257 padding valid) has windows of more places than 2 bytes can tell apart: take windows of at most 256×256, or another engine.";
  expect(() => compile(257, [], 2)).toThrow(new EngineError(`Layer 1 ${sentence}`));
  const convolution: Layer = { type: "convolution", channels: 1, window: 1, stride: 1, padding: "valid" };
  expect(() => compile(257, [convolution], 2)).toThrow(new EngineError(`Layer 2 ${sentence}`));
});

test("a step of AlexNet at batch 64 fits in 0.8 GB beside parameters and gradients", () => {
  const plan: Plan = compilePlan(alexnet, { batchSize: 64 });
  expect(plan.arenaBytes).toBeLessThan(0.8e9);
});
