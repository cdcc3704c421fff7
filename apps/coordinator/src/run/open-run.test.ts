import { findRecipe, type Recipe } from "@convoy/models";
import { describe, expect, test } from "vitest";
import { settingsOf } from "./open-run.ts";
import type { Opening } from "./opening.ts";

/** Of a new run with these options; with those that say nothing about how it is led, unless told. */
function settingsWith(recipe: string | Recipe, options: Partial<Opening["options"]> = {}) {
  const set = { count: 100 };
  return settingsOf({
    options: { exact: false, checkpointSeconds: 10, ...options },
    recipe: typeof recipe === "string" ? findRecipe(recipe) : recipe,
    start: null,
    obtained: { dataset: { name: "mnist", title: "MNIST", train: set, test: set }, warning: null },
  } as unknown as Parameters<typeof settingsOf>[0]);
}

describe("a new run", () => {
  test.each([
    ["lenet5-mnist", "linear"],
    ["lenet5-mnist-adam", "smaller-batches"],
    ["alexnet-cifar10-small", "smaller-batches"],
  ])("of %s learns side by side, with steps that grow as its optimizer lets them: %s", (recipe, rateScaling) => {
    expect(settingsWith(recipe)).toMatchObject({
      strategy: { type: "local", localSteps: null, outer: { learningRate: 1, momentum: 0 }, rateScaling },
      codec: "auto",
      downCodec: "auto",
    });
  });

  test("shares every batch where it is asked to, or has to be exact", () => {
    for (const options of [{ strategy: "sync" }, { exact: true }] as const) {
      const settings = settingsWith("lenet5-mnist", options);
      expect(settings).toMatchObject({ strategy: { type: "sync" }, codec: "fp32", downCodec: "fp32" });
    }
  });

  test("has the seed that was named, or its recipe's, or 1", () => {
    const mine = { ...findRecipe("lenet5-mnist"), seed: 7 };
    expect(settingsWith(mine, { seed: 3 }).seed).toBe(3);
    expect(settingsWith(mine, { seed: 0 }).seed).toBe(0);
    expect(settingsWith(mine).seed).toBe(7);
    expect(settingsWith("lenet5-mnist").seed).toBe(1);
  });

  test("goes down in int8 where workers send the largest elements alone", () => {
    expect(settingsWith("lenet5-mnist", { codec: "top-k" })).toMatchObject({ codec: "top-k", downCodec: "int8" });
  });
});
