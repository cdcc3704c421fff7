/** A recipe is all that a training needs: model, data, preprocessing, optimizer, schedule. It is data, and travels as JSON. */
import * as z from "zod";
import { checkInitialization, initializationSchema } from "./initialize.ts";
import { modelSchema } from "./model.ts";
import { optimizerSchema } from "./optimizer.ts";
import { parameterLayout } from "./parameter-layout.ts";
import { checkPreprocessing, preprocessingSchema } from "./preprocessing.ts";
import { scheduleSchema } from "./schedule.ts";
import { ShapeError } from "./shape.ts";

/** What the source of a recipe reports, to be shown beside our own figures. */
const publishedSchema = z.strictObject({
  /** Mean training loss of each epoch. */
  loss: z.array(z.number()).readonly(),
  /** Share of the training set that was right while each epoch trained, 0 … 1. */
  trainingAccuracy: z.array(z.number().min(0).max(1)).readonly().optional(),
  /** Share of the test set that is right at the end, 0 … 1. */
  testAccuracy: z.number().min(0).max(1),
});

/** Characters of its texts. */
export const longest = { title: 200, source: 2000 } as const;

export const recipeSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/),
  title: z.string().min(1).max(longest.title),
  /** Where the recipe comes from, and each departure from it. */
  source: z.string().min(1).max(longest.source),
  model: modelSchema,
  dataset: z.enum(["mnist", "cifar10"]),
  preprocessing: preprocessingSchema,
  initialization: initializationSchema,
  loss: z.literal("softmax-cross-entropy"),
  optimizer: optimizerSchema,
  /** Without one the learning rate stays as the optimizer has it. */
  schedule: scheduleSchema.optional(),
  batchSize: z.int().min(1).max(65_536),
  epochs: z.int().min(1).max(100_000),
  /** Names the run's random numbers where nobody names another. */
  seed: z.int().min(0).max(0xffff_ffff).optional(),
  published: publishedSchema.optional(),
});
export type Recipe = z.infer<typeof recipeSchema>;

/** A recipe that cannot be used, in one sentence that names the field. */
export class RecipeError extends Error {
  override readonly name = "RecipeError";
}

/** Checks data from outside against everything a recipe promises. Throws a RecipeError that names the field. */
export function parseRecipe(data: unknown): Recipe {
  const result = recipeSchema.safeParse(data);
  if (!result.success) {
    const issue = result.error.issues[0] as z.core.$ZodIssue;
    const field = issue.path.length === 0 ? "the recipe" : issue.path.join(".");
    throw new RecipeError(`The recipe cannot be used: ${field}: ${issue.message}.`);
  }
  const recipe = result.data;
  const channels = recipe.model.inputShape[2];
  for (const field of ["mean", "deviation"] as const) {
    if (recipe.preprocessing[field].length !== channels) {
      throw new RecipeError(
        `The recipe cannot be used: preprocessing.${field} has ${recipe.preprocessing[field].length} numbers for ${channels} channels.`,
      );
    }
  }
  if (recipe.preprocessing.deviation.some((deviation) => deviation <= 0)) {
    throw new RecipeError("The recipe cannot be used: preprocessing.deviation must be above zero.");
  }
  checkShapes("model", () => {
    if (parameterLayout(recipe.model).length === 0)
      throw new ShapeError("No layer has parameters that could be trained.");
  });
  checkShapes("initialization", () => checkInitialization(recipe.initialization, parameterLayout(recipe.model)));
  checkShapes("preprocessing", () => checkPreprocessing(recipe.preprocessing, recipe.model.inputShape));
  return recipe;
}

function checkShapes(field: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof ShapeError) throw new RecipeError(`The recipe cannot be used: ${field}: ${error.message}`);
    throw error;
  }
}
