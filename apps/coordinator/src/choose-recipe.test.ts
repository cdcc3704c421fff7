import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRecipe, RecipeError } from "@convoy/models";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chooseRecipe } from "./choose-recipe.ts";

const digits = findRecipe("lenet5-mnist");
const mine = { ...digits, name: "mine", title: "Mine", batchSize: 8 };

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-recipe-"));
  path = join(folder, "mine.json");
});
afterEach(() => rm(folder, { recursive: true }));

const choose = (recipe: string | undefined, ...set: string[]) => chooseRecipe({ recipe, set }, undefined);

async function refusalOf(text: string): Promise<string> {
  await writeFile(path, text);
  const error = await choose(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RecipeError);
  return (error as Error).message;
}

describe("the recipe of a start", () => {
  test("is the first of ours where nothing is said", async () => {
    expect(await choose(undefined)).toBe(digits);
    expect(await choose("lenet5-mnist")).toBe(digits);
  });

  test("is that of the run that goes on, whatever became of ours", async () => {
    expect(await chooseRecipe({ recipe: undefined, set: [] }, mine)).toBe(mine);
    expect(await chooseRecipe({ recipe: "lenet5-mnist", set: [] }, mine)).toBe(digits);
  });

  test("may be in a file, which may say where its form is described", async () => {
    await writeFile(path, JSON.stringify({ $schema: "./recipe.schema.json", ...mine }));
    expect(await choose(path)).toEqual(mine);
  });

  test("may be changed", async () => {
    await writeFile(path, JSON.stringify(mine));
    expect(await choose(path, "activation=tanh", "epochs=2")).toMatchObject({
      name: "mine-activation-tanh-epochs-2",
      title: "Mine, activation=tanh, epochs=2",
      epochs: 2,
    });
  });
});

describe("a recipe's file is refused by name", () => {
  test("that does not exist", async () => {
    await expect(choose(path)).rejects.toThrow(`The recipe file ${path} cannot be read: ENOENT`);
  });

  test("that is no JSON", async () => {
    expect(await refusalOf("{ name: 1")).toContain(`The recipe file ${path} cannot be read: `);
  });

  test.each<[string, object | null, RegExp]>([
    ["an unknown dataset", { ...mine, dataset: "imagenet" }, /cannot be used: dataset: .*"mnist"\|"cifar10"/],
    ["a misspelt field", { ...mine, batchsize: 3 }, /cannot be used: the recipe: .*"batchsize"/],
    ["a number of another kind", { ...mine, epochs: 1.5 }, /cannot be used: epochs: /],
    ["no recipe", null, /cannot be used: the recipe: /],
  ])("with %s", async (_, data, sentence) => {
    const message = await refusalOf(JSON.stringify(data));
    expect(message.startsWith(`${path}: The recipe `)).toBe(true);
    expect(message).toMatch(sentence);
  });
});
