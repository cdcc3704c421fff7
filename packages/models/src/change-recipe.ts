/** Changes of a recipe that one word says: what a lesson compares, one thing at a time. */
import { withActivation, withDropout, withNormalization, withOverlap, withPooling } from "./change-layers.ts";
import { withAugmentation } from "./change-preprocessing.ts";
import { longest, parseRecipe, type Recipe, RecipeError } from "./recipe.ts";

interface Change {
  /** What may stand behind the "=". */
  readonly values: readonly string[] | "a number";
  /** The recipe with that value. */
  apply(recipe: Recipe, value: string): Recipe;
}

/** A change of the layers alone. */
function layers<Value extends string>(
  values: readonly Value[],
  change: (layers: Recipe["model"]["layers"], value: Value) => Recipe["model"]["layers"],
): Change {
  return {
    values,
    apply: (recipe, value) => ({
      ...recipe,
      model: { ...recipe.model, layers: change(recipe.model.layers, value as Value) },
    }),
  };
}

const number = (apply: (recipe: Recipe, value: number) => Recipe): Change => ({
  values: "a number",
  apply: (recipe, value) => apply(recipe, Number(value)),
});

const changes: Readonly<Record<string, Change>> = {
  activation: layers(["relu", "sigmoid", "tanh"], withActivation),
  pooling: layers(["max", "min", "average"], withPooling),
  overlap: {
    values: ["yes", "no"],
    apply: (recipe, value) => ({ ...recipe, model: withOverlap(recipe.model, value === "yes") }),
  },
  normalization: layers(["on", "off"], (all, value) => withNormalization(all, value === "on")),
  dropout: number(({ model, ...recipe }, rate) => ({
    ...recipe,
    model: { ...model, layers: withDropout(model.layers, rate) },
  })),
  augmentation: { values: ["on", "off"], apply: (recipe, value) => withAugmentation(recipe, value === "on") },
  epochs: number((recipe, epochs) => ({ ...recipe, epochs })),
  batchSize: number((recipe, batchSize) => ({ ...recipe, batchSize })),
  learningRate: number((recipe, learningRate) => ({ ...recipe, optimizer: { ...recipe.optimizer, learningRate } })),
};

/** Everything that can be set, for help texts and errors: "activation=relu|sigmoid|tanh, …". */
export const possibleChanges: string = Object.entries(changes)
  .map(([key, { values }]) => `${key}=${values === "a number" ? "<number>" : values.join("|")}`)
  .join(", ");

/**
 * The recipe with changes such as "activation=tanh", one after the other. Its name, title and source say what was
 * changed, and it has no published figures: they are another's. What changes nothing leaves the recipe as it is.
 * @throws RecipeError that names the change, and what can be set.
 */
export function changeRecipe(recipe: Recipe, wanted: readonly string[]): Recipe {
  // As parsed, with its fields in the order that the changed ones have them.
  let changed = parseRecipe(recipe);
  const made: string[] = [];
  for (const change of wanted) {
    const next = applyChange(changed, change);
    if (JSON.stringify(next) !== JSON.stringify(changed)) made.push(change);
    changed = next;
  }
  if (made.length === 0) return recipe;
  const { published: _, ...rest } = changed;
  return parseRecipe({
    ...rest,
    name: `${recipe.name}-${made
      .join("-")
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")}`.slice(0, 80),
    title: withChanges(recipe.title, `, ${made.join(", ")}`, longest.title),
    source: withChanges(recipe.source, ` Changed: ${made.join(", ")}.`, longest.source),
  });
}

/** A text that would become too long is cut, and not what was changed. */
function withChanges(text: string, changes: string, most: number): string {
  if (text.length + changes.length <= most) return text + changes;
  return `${text.slice(0, Math.max(0, most - changes.length - 1))}…${changes}`.slice(0, most);
}

function applyChange(recipe: Recipe, change: string): Recipe {
  const [, key = "", value = ""] = /^([^=]+)=(.+)$/.exec(change) ?? [];
  const known = Object.hasOwn(changes, key) ? changes[key] : undefined;
  if (known === undefined) throw new RecipeError(`"${change}" cannot be set. What can be: ${possibleChanges}.`);
  if (known.values === "a number") {
    if (!Number.isFinite(Number(value))) throw new RecipeError(`"${change}" cannot be set: ${key} is a number.`);
  } else if (!known.values.includes(value)) {
    throw new RecipeError(`"${change}" cannot be set: ${key} is one of ${known.values.join(", ")}.`);
  }
  try {
    return parseRecipe(known.apply(recipe, value));
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    throw new RecipeError(`"${change}" cannot be set. ${error.message}`);
  }
}
