import { buffersOf, compilePlan, type EngineTask, type Operation } from "@convoy/engine";
import {
  alexnet,
  alexnetOf2012,
  alexnetSmall,
  type Layer,
  lenet5,
  lenet5of1998,
  type ModelSpecification,
} from "@convoy/models";
import { describe, expect, it } from "vitest";
import { kernelsOfPlan } from "./kernels-of-plan.ts";
import { requireLimits, stepSizes } from "./step-buffers.ts";
import type { Kernel } from "./wgsl/kernel.ts";
import { MOST_UNROLLED_PRODUCTS } from "./wgsl/tiles.ts";

/** Filters and pools that are larger, wider apart or more than any of the well-known networks has. */
const unusual: ModelSpecification = modelOf([
  { type: "convolution", channels: 37, window: 13, stride: 2, padding: "same" },
  { type: "min-pool", window: 5, stride: 7, padding: "valid" },
  { type: "tanh" },
  { type: "convolution", channels: 130, window: 11, stride: 1, padding: 5 },
  { type: "max-pool", window: 3, stride: 1, padding: 1 },
  { type: "sigmoid" },
  { type: "average-pool", window: 2, stride: 1, padding: "same", countPadding: false },
  { type: "local-response-normalization", size: 3, bias: 1, alpha: 0.1, beta: 0.5 },
  { type: "adaptive-average-pool", height: 2, width: 3 },
  { type: "dropout", rate: 0.3 },
  { type: "flatten" },
  { type: "dense", units: 3 },
]);

const networks = [lenet5, lenet5of1998, alexnet, alexnetSmall, alexnetOf2012(1000), unusual];

function modelOf(layers: Layer[]): ModelSpecification {
  return { name: "unusual", inputShape: [59, 63, 3], layers, classCount: 3 };
}

function compile(model: ModelSpecification, batchSize: number, way: 0 | 1 = 0) {
  const channels = model.inputShape[2];
  const preprocessing = { mean: Array(channels).fill(0), deviation: Array(channels).fill(1) };
  const task: EngineTask = { model, preprocessing };
  const plan = compilePlan(model, { batchSize, placeBytes: 4, fusedPools: "disjoint" });
  const { forward, backward } = kernelsOfPlan(plan, task, 0);
  const kernels = [...forward, ...backward].flatMap((choice) => choice[way] ?? choice[0]);
  return { plan, kernels, sizes: stepSizes(plan, kernels, model.inputShape[0] * model.inputShape[1] * channels) };
}

function unrolledProducts({ source }: Kernel): number {
  const lines = source.split("\n");
  const ofVectors = lines.filter((line) => / = fma\(vec4/.test(line)).length;
  return 4 * ofVectors + lines.filter((line) => / \+= .* \* \w+;$/.test(line)).length;
}

const ways = networks.flatMap((model) => [
  [`${model.name}, in registers`, model, 0] as const,
  [`${model.name}, in tiles`, model, 1] as const,
]);

describe.each(ways)("the kernels of %s", (_, model, way) => {
  const { plan, kernels } = compile(model, 64, way);

  it("unroll no more than compilers can take", () => {
    for (const made of kernels) {
      expect(unrolledProducts(made), made.name).toBeLessThanOrEqual(MOST_UNROLLED_PRODUCTS);
      expect(made.source.length, made.name).toBeLessThan(70_000);
    }
    expect(Math.max(...kernels.map(unrolledProducts))).toBeGreaterThan(10);
  });

  it("run in dispatches that every GPU takes, whatever the size of the batch", () => {
    for (const made of kernels) {
      expect(made.workgroupsOfPart, made.name).toBeLessThanOrEqual(65_535);
      expect(made.source).toContain(`part.number * ${made.workgroupsOfPart}u`);
      expect(made.workgroups(1)).toBeGreaterThan(0);
      expect(made.workgroups(512)).toBeGreaterThanOrEqual(made.workgroups(64));
    }
  });

  it("bind what every GPU lets them, and nothing twice", () => {
    for (const { bindings, name } of kernels) {
      expect(bindings.length, name).toBeLessThanOrEqual(8);
      const resources = bindings.map(({ resource }) => resource);
      expect(new Set(resources).size, name).toBe(resources.length);
    }
  });

  it("do not depend on the size of the batch", () => {
    expect(compile(model, 1, way).kernels.map(({ source }) => source)).toEqual(kernels.map(({ source }) => source));
  });

  it("write each buffer of the plan that is read", () => {
    const names = kernels.flatMap(({ bindings }) => bindings.map(({ resource }) => resource));
    const operations: Operation[] = [...plan.forward, ...plan.backward];
    const lookedThrough = operations.filter(
      (operation) =>
        operation.type === "extreme-pool-gradient" && !names.some((resource) => resource === operation.inputGradient),
    );
    const unread = lookedThrough.map((operation) => "inputGradient" in operation && operation.inputGradient);
    for (const id of new Set(operations.flatMap(buffersOf))) {
      expect(names.includes(id) || unread.includes(id), plan.buffers[id]?.name).toBe(true);
    }
  });

  it("find the gradient behind a pool where it was, one operation later", () => {
    plan.backward.forEach((operation, index) => {
      if (operation.type !== "convolution-parameter-gradient") return;
      const at = plan.forward.length + index;
      expect(plan.buffers.filter(({ firstUse }) => firstUse === at)).toEqual([]);
    });
  });
});

describe("the kernels of LeNet-5", () => {
  const names = compile(lenet5, 64).kernels.map(({ name }) => name);

  it("are few", () => {
    expect(names).toHaveLength(20);
  });

  it("do not spread the gradient over the first convolution's output, which nobody reads", () => {
    expect(names.filter((name) => name.startsWith("extreme-pool-gradient"))).toEqual([
      "extreme-pool-gradient of layer 4",
    ]);
  });
});

describe("a model that does not fit", () => {
  const mebibyte = 2 ** 20;

  it("is refused in a sentence that names the buffer, its size and the limit", () => {
    const { plan, sizes } = compile(alexnet, 64);
    const limits = { maxBufferSize: 256 * mebibyte, maxStorageBufferBindingSize: 128 * mebibyte };
    expect(() => requireLimits(plan, sizes, limits)).toThrow(
      "alexnet does not fit on this GPU with 64 samples at once: its parameters would take 228.2 MB, and a buffer may have 134.2 MB.",
    );
    const large = { maxBufferSize: 1024 * mebibyte, maxStorageBufferBindingSize: 1024 * mebibyte };
    expect(() => requireLimits(plan, sizes, large)).not.toThrow();
  });

  it("is refused where all buffers between its layers are too much together", () => {
    const { plan, sizes } = compile(lenet5, 64);
    const limits = { maxBufferSize: sizes.arena - 1, maxStorageBufferBindingSize: sizes.arena };
    expect(() => requireLimits(plan, sizes, limits)).toThrow("all that lies between its layers would take");
  });

  it("fits at the limit", () => {
    const { plan, sizes } = compile(lenet5, 64);
    const largest = Math.max(...plan.buffers.map(({ bytes }) => bytes), sizes.results, sizes.scratch, sizes.pixels);
    const limits = { maxBufferSize: sizes.arena, maxStorageBufferBindingSize: largest };
    expect(() => requireLimits(plan, sizes, limits)).not.toThrow();
    expect(() => requireLimits(plan, sizes, { ...limits, maxStorageBufferBindingSize: largest - 1 })).toThrow();
  });
});
