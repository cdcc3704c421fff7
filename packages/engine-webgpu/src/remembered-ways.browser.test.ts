import { compilePlan } from "@convoy/engine";
import { lenet5 } from "@convoy/models";
import { expect, it } from "vitest";
import { chooseOnce } from "./compile-task.ts";
import type { GraphicsDevice } from "./device/graphics-device.ts";
import { kernelsOfPlan } from "./kernels-of-plan.ts";
import { keyOfWays, rememberedWays } from "./remembered-ways.ts";

const task = { model: lenet5, preprocessing: { mean: [0.5], deviation: [0.5] } };
const plan = compilePlan(lenet5, { batchSize: 1, placeBytes: 4, fusedPools: "disjoint" });
const { forward, backward } = kernelsOfPlan(plan, task, 0);
const choices = [...forward, ...backward];
const lastOfEach = choices.map((choice) => choice.at(-1) ?? choice[0]);

const adapterOf = (device: string) =>
  ({
    adapter: { vendor: "v", architecture: "a", device, description: "", software: false, name: "GPU" },
  }) as GraphicsDevice;

it("what was chosen by measurement is chosen again without one, also by the next page", async () => {
  const emptied = indexedDB.deleteDatabase("convoy-webgpu");
  await new Promise((resolve) => {
    emptied.onsuccess = resolve;
  });
  const key = keyOfWays(adapterOf("GPU"), choices);
  let measurements = 0;
  const measure = async () => {
    measurements++;
    return lastOfEach;
  };
  expect(await chooseOnce(choices, key, rememberedWays, measure)).toEqual(lastOfEach);
  expect(await chooseOnce(choices, key, rememberedWays, measure)).toEqual(lastOfEach);
  expect(measurements).toBe(1);
  expect((await rememberedWays.recall(key))?.some((way) => way > 0)).toBe(true);
});

it("another GPU and other shaders are other things to measure", () => {
  const key = keyOfWays(adapterOf("one"), choices);
  expect(keyOfWays(adapterOf("one"), choices)).toBe(key);
  expect(keyOfWays(adapterOf("other"), choices)).not.toBe(key);
  expect(keyOfWays(adapterOf("one"), choices.slice(1))).not.toBe(key);
});

it.each([
  ["nothing", null],
  ["too little", [0]],
  ["ways that there are not", choices.map(() => 9)],
  ["what is no index", choices.map(() => -1)],
])("where %s is remembered, it is measured", async (_, known) => {
  const kept: (readonly number[])[] = [];
  const memory = {
    recall: async () => known,
    keep: async (_key: string, ways: readonly number[]) => void kept.push(ways),
  };
  expect(await chooseOnce(choices, "key", memory, async () => lastOfEach)).toEqual(lastOfEach);
  expect(kept).toEqual([choices.map((choice) => choice.length - 1)]);
});

it("a browser that keeps nothing is no error", async () => {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = () => {
    throw new DOMException("private", "SecurityError");
  };
  try {
    await rememberedWays.keep("key", [1]);
    expect(await rememberedWays.recall("key")).toBeNull();
  } finally {
    IDBFactory.prototype.open = open;
  }
});
