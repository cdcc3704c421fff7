import { type Recipe, RecipeError } from "../recipe.ts";
import { alexnetOf2012OnCifar10 } from "./alexnet-2012.ts";
import { alexnetCifar10 } from "./alexnet-cifar10.ts";
import { alexnetCifar10Small } from "./alexnet-cifar10-small.ts";
import { alexnetCifar10SmallCollapse } from "./alexnet-cifar10-small-collapse.ts";
import { lenet5Of1998 } from "./lenet5-1998.ts";
import { lenet5Mnist } from "./lenet5-mnist.ts";
import { lenet5MnistAdam } from "./lenet5-mnist-adam.ts";

/** Every recipe that can be named on the command line. */
export const recipes: readonly Recipe[] = [
  lenet5Mnist,
  lenet5MnistAdam,
  lenet5Of1998,
  alexnetCifar10,
  alexnetCifar10Small,
  alexnetCifar10SmallCollapse,
  alexnetOf2012OnCifar10,
];

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
