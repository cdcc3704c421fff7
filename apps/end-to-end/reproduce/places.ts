/** Where a reproduction keeps what. */
import { createHash } from "node:crypto";
import path from "node:path";
import { parameterLayout, type Recipe } from "@convoy/models";
import type { ReproduceOptions } from "./options.ts";
import type { Form, Workers } from "./results.ts";
import type { Training } from "./train-seed.ts";

/** What a recipe is run with. */
export interface Undertaking {
  readonly recipe: Recipe;
  readonly form: Form;
  readonly options: ReproduceOptions;
  /** Of the repository. */
  readonly root: string;
  readonly stop: AbortSignal;
}

export function trainingOf({ recipe, form, options, root }: Undertaking, workers: Workers, seed: number): Training {
  const { exact, strategy, out, builtInDigits, datasetDir } = options;
  const lenders = `${workers.count}-${workers.kind.replace(" ", "-")}${exact ? "-exact" : ""}${strategy === "local" ? "-local" : ""}`;
  const given = datasetDir === null ? [] : ["--dataset-dir", datasetDir];
  return {
    recipe,
    parameterCount: parameterLayout(recipe.model).length,
    form,
    workers,
    strategy,
    exact,
    seed,
    dataset: builtInDigits ? ["--dataset", "built-in-digits"] : given,
    folder: path.join(folderOf(recipe, form, options), lenders, `seed-${seed}`),
    downloads: path.join(out, "datasets"),
    root,
  };
}

export function torchFolder({ recipe, form, options }: Undertaking): string {
  return path.join(folderOf(recipe, form, options), "pytorch");
}

/** Another recipe, form or dataset under the same name has another folder. */
function folderOf(recipe: Recipe, form: Form, { out, builtInDigits, datasetDir }: ReproduceOptions): string {
  const all = JSON.stringify([recipe, form, builtInDigits, builtInDigits ? null : datasetDir]);
  const hash = createHash("sha256").update(all).digest("hex").slice(0, 8);
  return path.join(out, `${recipe.name}-${form.epochs}-epochs-${hash}`);
}
