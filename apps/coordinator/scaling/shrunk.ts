import { parameterLayout, type Recipe } from "@convoy/models";
import { limits } from "@convoy/protocol";

/**
 * A recipe whose network has a part of the parameters, for links of as small a part of the bandwidth: everything takes as
 * long, and less memory. Only chunks and short messages stay as they are.
 */
export function shrunkRecipe(recipe: Recipe, factor: number): Recipe {
  if (factor === 1) return recipe;
  const { classCount } = recipe.model;
  const inputs = 3072;
  const wanted = parameterLayout(recipe.model).length / factor;
  const units = Math.round((wanted - classCount) / (inputs + 1 + classCount));
  return {
    ...recipe,
    preprocessing: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
    model: {
      name: recipe.model.name,
      inputShape: [32, 32, 3],
      layers: [{ type: "flatten" }, { type: "dense", units }, { type: "relu" }, { type: "dense", units: classCount }],
      classCount,
    },
  };
}

/** What the transport allows, for vectors that are as much shorter. */
export function shrunkLimits(factor: number): Record<keyof typeof limits, number> {
  const { assemblyBytes, transferBytesPerSecond, unreadBytes, waitingBytes } = limits;
  const part = (bytes: number) => Math.ceil(bytes / factor);
  return {
    ...limits,
    assemblyBytes: part(assemblyBytes),
    transferBytesPerSecond: part(transferBytesPerSecond),
    unreadBytes: part(unreadBytes),
    waitingBytes: part(waitingBytes),
  };
}
