/** The command line of `npm run reproduce`. */
import path from "node:path";
import { recipes } from "@convoy/models";
import { describe, expect, test } from "vitest";
import { formOf } from "../reproduce/forms.ts";
import { readOptions, UsageError } from "../reproduce/options.ts";

const read = (...args: string[]) => readOptions(args, "/convoy");

describe("npm run reproduce", () => {
  test("takes the recipes that are named, or all of them", () => {
    const named = read("lenet5-mnist", "alexnet-2012").recipes.map(({ name }) => name);
    expect(named).toEqual(["lenet5-mnist", "alexnet-2012"]);
    expect(read("--all", "--quick").recipes).toEqual(recipes);
    expect(read("--table")).toMatchObject({ recipes: [], table: true });
  });

  test("shortens every recipe to minutes with --quick, and as told otherwise", () => {
    const quick = read("--all", "--quick");
    for (const recipe of quick.recipes) {
      const { epochs, trainSamples } = formOf(recipe, quick);
      const samples = epochs * (trainSamples ?? 60_000);
      expect(samples, recipe.name).toBeLessThanOrEqual(recipe.dataset === "mnist" ? 60_000 : 2560);
    }
    const told = read("lenet5-mnist", "--epochs", "2", "--train-samples", "640", "--test-samples", "100");
    expect(told).toMatchObject({ epochs: 2, trainSamples: 640, testSamples: 100, quick: false });
  });

  test("trains with two headless workers and one seed under sync, unless told", () => {
    const unasked = { workerCounts: [2], workerKind: "headless workers", seeds: [1], strategy: "sync", exact: false };
    expect(read("lenet5-mnist")).toMatchObject({ ...unasked, pytorch: false, threads: 1, publish: false });
    const told = read("lenet5-mnist", "--workers", "3", "--tabs", "--seeds", "3", "--seed", "4", "--strategy", "local");
    expect(told).toMatchObject({ workerCounts: [3], workerKind: "tabs", seeds: [4, 5, 6], strategy: "local" });
    expect(read("lenet5-mnist", "--pytorch", "--threads", "2")).toMatchObject({ pytorch: true, threads: 2 });
    expect(read("lenet5-mnist", "--exact", "--workers", "1,4")).toMatchObject({ exact: true, workerCounts: [1, 4] });
  });

  test("keeps what it leaves in .convoy, or where it is told to", () => {
    expect(read("lenet5-mnist").out).toBe(path.join("/convoy", ".convoy/reproduce"));
    expect(read("lenet5-mnist", "--out", "/elsewhere").out).toBe("/elsewhere");
  });

  test.each([
    ["--strategy", "ring"],
    ["--exact", "--strategy", "local"],
    ["--workers", "1,2"],
    ["--workers", "0"],
    ["--seeds", "x"],
    ["--fast"],
  ])("refuses %s %s", (...args) => {
    expect(() => read("lenet5-mnist", ...args)).toThrow(UsageError);
  });
});
