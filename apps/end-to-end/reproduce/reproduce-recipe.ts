/** One recipe, seed by seed: what is finished already is taken as it is. */
import { createHash } from "node:crypto";
import path from "node:path";
import { parameterLayout, type Recipe } from "@convoy/models";
import { describeForm, formOf, isWhole } from "./forms.ts";
import { writeJson } from "./json-file.ts";
import type { ReproduceOptions } from "./options.ts";
import type { Form, Results, TrainedSeed } from "./results.ts";
import { describeResults } from "./table.ts";
import { type Training, trainSeed } from "./train-seed.ts";

export async function reproduceRecipe(
  recipe: Recipe,
  options: ReproduceOptions,
  root: string,
  stop: AbortSignal,
): Promise<void> {
  const form = formOf(recipe, options);
  const workers = { kind: options.workerKind, count: options.workerCounts[0] as number };
  const { exact, seeds } = options;
  const folder = folderOf(recipe, form, options);
  const finished: TrainedSeed[] = [];
  for (const [index, seed] of seeds.entries()) {
    if (stop.aborted) return;
    process.stdout.write(
      `\n${recipe.name}: ${describeForm(form)}, ${workers.count} ${workers.kind}${exact ? ", exact" : ""}, seed ${seed} (${index + 1} of ${seeds.length})\n`,
    );
    const trained = await trainSeed(trainingOf(recipe, form, workers, seed, folder, options, root), stop);
    if (trained === null) return;
    finished.push(trained);
    const results: Results = {
      format: "convoy-results",
      formatVersion: 1,
      kind: "reproduction",
      recipe: recipe.name,
      title: recipe.title,
      form,
      whole: isWhole(form, recipe),
      workers,
      published: recipe.published === undefined ? null : publishedOf(recipe.published),
      exact,
      convoy: finished,
      pytorch: [],
      pytorchMissing: null,
    };
    writeJson(path.join(options.out, "results", `${nameOf(results, options)}.json`), results);
    if (index === seeds.length - 1) process.stdout.write(`\n${describeResults(results)}`);
  }
}

/** Of its file. */
function nameOf({ recipe, form, whole }: Results, { quick }: ReproduceOptions): string {
  if (whole) return recipe;
  return quick ? `${recipe}-quick` : `${recipe}-${form.epochs}-epochs`;
}

function publishedOf({ loss, trainingAccuracy, testAccuracy }: NonNullable<Recipe["published"]>): Results["published"] {
  const training = trainingAccuracy === undefined ? {} : { trainingAccuracy: [...trainingAccuracy] };
  return { loss: [...loss], ...training, testAccuracy };
}

function trainingOf(
  recipe: Recipe,
  form: Form,
  workers: Results["workers"],
  seed: number,
  folder: string,
  options: ReproduceOptions,
  root: string,
): Training {
  const { exact, out, builtInDigits, datasetDir } = options;
  const lenders = `${workers.count}-${workers.kind.replace(" ", "-")}${exact ? "-exact" : ""}`;
  const dataset = builtInDigits
    ? ["--dataset", "built-in-digits"]
    : datasetDir === null
      ? []
      : ["--dataset-dir", datasetDir];
  return {
    recipe,
    parameterCount: parameterLayout(recipe.model).length,
    form,
    workers,
    exact,
    seed,
    dataset,
    folder: path.join(folder, lenders, `seed-${seed}`),
    downloads: path.join(out, "datasets"),
    root,
  };
}

/** Another recipe, form or dataset under the same name has another folder. */
function folderOf(recipe: Recipe, form: Form, { out, builtInDigits, datasetDir }: ReproduceOptions): string {
  const all = JSON.stringify([recipe, form, builtInDigits, builtInDigits ? null : datasetDir]);
  const hash = createHash("sha256").update(all).digest("hex").slice(0, 8);
  return path.join(out, `${recipe.name}-${form.epochs}-epochs-${hash}`);
}
