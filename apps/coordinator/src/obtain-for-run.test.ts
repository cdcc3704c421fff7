import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRecipe, type Recipe, recipes } from "@convoy/models";
import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { smallCifar10Files } from "./datasets/small-cifar10.ts";
import { smallFiles } from "./datasets/small-mnist.ts";
import { obtainForRun } from "./obtain-for-run.ts";
import { BUILT_IN_DIGITS, type CoordinatorOptions } from "./options.ts";
import { StartError } from "./start-error.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-obtain-"));
});
afterEach(() => rm(folder, { recursive: true }));

const digits = findRecipe("lenet5-mnist");
const pictures: Recipe = {
  ...digits,
  name: "pictures",
  dataset: "cifar10",
  preprocessing: { mean: [0, 0, 0], deviation: [1, 1, 1] },
  model: {
    name: "tiny",
    inputShape: [32, 32, 3],
    layers: [{ type: "flatten" }, { type: "dense", units: 10 }],
    classCount: 10,
  },
};

async function obtain(recipe: Recipe, more: Partial<CoordinatorOptions> = {}, files = smallFiles) {
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  const options = { dataDir: folder, datasetDir: folder, ...more } as CoordinatorOptions;
  return obtainForRun(recipe, options, pino({}, { write: () => {} }));
}

async function refusal(...given: Parameters<typeof obtain>): Promise<string> {
  const error = await obtain(...given).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StartError);
  return (error as Error).message;
}

test.each([
  ["MNIST", digits, smallFiles],
  ["CIFAR-10", pictures, smallCifar10Files],
])("data of one's own in the form of %s is named so", async (title, recipe, files) => {
  const { dataset, warning } = await obtain(recipe, {}, files);
  expect(dataset.title).toMatch(new RegExp(`^custom data in convoy-obtain-.*, in ${title}'s format$`));
  expect(warning).toBe(`This run trains on ${dataset.title}: its figures say nothing about ${title} itself.`);
});

test.each(recipes.map((recipe) => [recipe.name, recipe] as const))(
  "%s fits the pictures of its dataset",
  async (_, recipe) => {
    const { dataset } = await obtain(recipe, {}, recipe.dataset === "mnist" ? smallFiles : smallCifar10Files);
    expect(dataset.name).toBe(recipe.dataset);
  },
);

test("a part of a dataset is named so, beside whatever else it is", async () => {
  const { dataset, warning } = await obtain(digits, { trainSamples: 2, testSamples: 1 });
  expect([dataset.train.count, dataset.test.count]).toEqual([2, 1]);
  expect(dataset.title).toMatch(/, the first 2 to train and 1 to test$/);
  expect(warning).toMatch(
    /say nothing about MNIST itself\. This run uses a part of custom data in .*, as it was told to: its figures say nothing about the whole\.$/,
  );
});

test("the built-in digits stand in for MNIST alone", async () => {
  expect(await refusal(pictures, { dataset: BUILT_IN_DIGITS })).toBe(
    "The built-in digits stand in for MNIST alone, and pictures trains on CIFAR-10: leave out --dataset built-in-digits.",
  );
});

test("a recipe whose network is made for other pictures is refused", async () => {
  const model = { ...pictures.model, inputShape: [28, 28, 3] as const };
  expect(await refusal({ ...digits, model })).toMatch(
    /^The recipe lenet5-mnist takes pictures of 28×28×3, but those of custom data in .* are 28×28×1; say so in its preprocessing\.imageShape/,
  );
});

test("a recipe whose network has too few classes is refused", async () => {
  const model = { ...digits.model, classCount: 9 };
  expect(await refusal({ ...digits, model })).toMatch(
    /^The network of the recipe lenet5-mnist tells 9 classes apart, but custom data in .* has 10\.$/,
  );
});
