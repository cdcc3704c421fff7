/**
 * What a contribution is, and how it is applied. In `sync` it is the gradient of a part of one batch. In `local` it is the
 * change of the parameters after several optimizer steps that a worker takes by itself, on its own stretch of the epoch's
 * order; the changes are averaged by samples (McMahan et al. 2017, "federated averaging") and an outer optimizer applies
 * the average (Douillard et al. 2023, "DiLoCo").
 */
import type { Recipe } from "@convoy/models";
import * as z from "zod";

export const strategySchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("sync") }),
  z.strictObject({
    type: z.literal("local"),
    /** Steps between two exchanges, of a worker of middling speed; null: as many as the link asks for. */
    localSteps: z.int().min(1).nullable(),
    /** What the coordinator does with the averaged change. */
    outer: z.strictObject({
      learningRate: z.number().positive(),
      /** Of Nesterov's kind; 0: the change is applied as it is. */
      momentum: z.number().min(0).max(0.99),
    }),
    /**
     * How a worker's steps grow with the number of workers whose changes are averaged, as `stepScale` has it. Runs with "square-root"
     * or "linear-to-four" were begun before there was "smaller-batches", and go on so.
     */
    rateScaling: z.enum(["none", "square-root", "linear", "linear-to-four", "smaller-batches"]),
  }),
]);
export type Strategy = z.infer<typeof strategySchema>;
export type LocalStrategy = Extract<Strategy, { type: "local" }>;

/** What the sums of contributions are applied with: the recipe's optimizer to gradients, an outer one to changes. */
export function appliedRecipe(
  recipe: Recipe,
  strategy: Strategy,
): Pick<Recipe, "optimizer" | "schedule" | "batchSize"> {
  if (strategy.type === "sync") return recipe;
  const { learningRate, momentum } = strategy.outer;
  const optimizer = { type: momentum === 0 ? "sgd" : "nesterov", learningRate, momentum } as const;
  return { optimizer, batchSize: recipe.batchSize };
}
