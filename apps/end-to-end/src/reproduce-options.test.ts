/** The command line of `npm run reproduce`. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { findRecipe, recipes } from "@convoy/models";
import { describe, expect, test } from "vitest";
import { commandOf } from "../reproduce/command.ts";
import { formOf } from "../reproduce/forms.ts";
import { readOptions, UsageError } from "../reproduce/options.ts";
import { overviewOf } from "../reproduce/overview.ts";
import { type Results, resultsSchema } from "../reproduce/results.ts";

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

const folder = path.join(import.meta.dirname, "../../../docs/results");
const published: [string, Results][] = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => [name, resultsSchema.parse(JSON.parse(readFileSync(path.join(folder, name), "utf8")))]);

describe("the command above published results", () => {
  test.each(published)("asks for what %s has", (_, results) => {
    const [npm, run, script, dashes, ...args] = commandOf(results).split(" ");
    expect([npm, run, script, dashes]).toEqual(["npm", "run", "reproduce", "--"]);
    const options = read(...args);
    const recipe = findRecipe(results.recipe);
    expect(options.recipes).toEqual([recipe]);
    expect(formOf(recipe, options)).toEqual(results.form);
    if (results.kind === "exact") {
      expect(options).toMatchObject({ exact: true, workerCounts: results.runs.map(({ workers }) => workers.count) });
      return;
    }
    const { strategy, workers, convoy, pytorch } = results;
    expect(options).toMatchObject({ strategy, workerKind: workers.kind, workerCounts: [workers.count] });
    expect(options.seeds).toEqual(convoy.map(({ seed }) => seed));
    expect(options.pytorch).toBe(pytorch.length > 0);
  });
});

test("the overview has a line for each reproduction", () => {
  const lines = overviewOf(published.map(([, results]) => results))
    .trim()
    .split("\n");
  expect(lines).toHaveLength(2 + published.filter(([, { kind }]) => kind === "reproduction").length);
  expect(lines.find((line) => line.startsWith("| `lenet5-mnist` | whole |"))).toMatch(
    /\| sync, 2 headless workers, 5 seeds \| 98\.19 % \| 98\.\d\d % \| 98\.\d\d % \| 2 met \|$/,
  );
});
