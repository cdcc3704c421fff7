/** Which recipe a start is about: one of ours, one in a file, or that of the run that goes on; and what is changed of it. */
import { readFile } from "node:fs/promises";
import { changeRecipe, findRecipe, parseRecipe, type Recipe, RecipeError } from "@convoy/models";
import { type CoordinatorOptions, DEFAULT_RECIPE } from "./options.ts";

/** `continued`: the recipe of the run that was asked for by its name. @throws RecipeError naming the file or the field. */
export async function chooseRecipe(
  { recipe, set }: Pick<CoordinatorOptions, "recipe" | "set">,
  continued: Recipe | undefined,
): Promise<Recipe> {
  if (recipe === undefined) return changeRecipe(continued ?? findRecipe(DEFAULT_RECIPE), set);
  return changeRecipe(recipe.endsWith(".json") ? await readRecipe(recipe) : findRecipe(recipe), set);
}

async function readRecipe(path: string): Promise<Recipe> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new RecipeError(`The recipe file ${path} cannot be read: ${(error as Error).message}.`);
  }
  try {
    return parseRecipe(withoutSchema(data));
  } catch (error) {
    if (error instanceof RecipeError) throw new RecipeError(`${path}: ${error.message}`);
    throw error;
  }
}

/** Where editors find the form of the file is no part of the recipe. */
function withoutSchema(data: unknown): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return data;
  const { $schema: _, ...recipe } = data as Record<string, unknown>;
  return recipe;
}
