import { type Recipe, RecipeError } from "../recipe.ts";
import { lenet5Mnist } from "./lenet5-mnist.ts";

/** Every recipe that can be named on the command line. */
export const recipes: readonly Recipe[] = [lenet5Mnist];

/** The recipe of that name. Throws a RecipeError that lists the known ones. */
export function findRecipe(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe === undefined) {
    throw new RecipeError(
      `There is no recipe "${name}". Known recipes: ${recipes.map((known) => known.name).join(", ")}.`,
    );
  }
  return recipe;
}
