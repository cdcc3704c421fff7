/** One recipe, seed by seed: what is finished already is taken as it is. */
import path from "node:path";
import type { Recipe } from "@convoy/models";
import { describeForm, isWhole } from "./forms.ts";
import { writeJson } from "./json-file.ts";
import type { ReproduceOptions } from "./options.ts";
import { torchFolder, trainingOf, type Undertaking } from "./places.ts";
import { findTorch, keptTorchSeed, trainWithTorch } from "./pytorch.ts";
import { nameOf, type Reproduction, type Results, type TrainedSeed, type Workers, workersInWords } from "./results.ts";
import { trainSeed } from "./train-seed.ts";

/** The results so far are written after each seed. Returns all of them, or null when it was interrupted. */
export async function reproduceRecipe(undertaking: Undertaking): Promise<Reproduction | null> {
  const { options } = undertaking;
  const workers = { kind: options.workerKind, count: options.workerCounts[0] as number };
  const convoy: TrainedSeed[] = [];
  for (const seed of options.seeds) {
    announce(undertaking, workers, seed);
    const trained = await trainSeed(trainingOf(undertaking, workers, seed), undertaking.stop);
    if (trained === null) return null;
    convoy.push(trained);
    keepResults(undertaking, collect(undertaking, workers, convoy));
  }
  if (options.pytorch && !(await trainTorchSeeds(undertaking))) return null;
  const results = collect(undertaking, workers, convoy);
  keepResults(undertaking, results);
  return results;
}

export function announce({ recipe, form, options }: Undertaking, workers: Workers, seed: number): void {
  const lenders = [workersInWords(workers), options.strategy, ...(options.exact ? ["exact"] : [])].join(", ");
  process.stdout.write(`\n${recipe.name}: ${describeForm(form)}, ${lenders}, seed ${seed}\n`);
}

export function keepResults({ options }: Undertaking, results: Results): void {
  writeJson(path.join(options.out, "results", `${nameOf(results, options.quick)}.json`), results);
}

/** Returns false when it was interrupted. */
async function trainTorchSeeds(undertaking: Undertaking): Promise<boolean> {
  const { recipe, form, options, root, stop } = undertaking;
  const torch = findTorch();
  if ("missing" in torch || options.builtInDigits) return true;
  for (const seed of options.seeds) {
    process.stdout.write(`\n${recipe.name}: PyTorch, ${options.threads} of its threads, seed ${seed}\n`);
    // Without a folder of one's own, it lies where the coordinators have downloaded it to.
    const datasetDir = options.datasetDir ?? path.join(options.out, "datasets");
    const { threads } = options;
    const training = { recipe, form, seed, datasetDir, threads, folder: torchFolder(undertaking), root };
    if ((await trainWithTorch(training, torch.python, stop)) === null) return false;
  }
  return true;
}

function collect(undertaking: Undertaking, workers: Workers, convoy: readonly TrainedSeed[]): Reproduction {
  const { recipe, form, options } = undertaking;
  const pytorch = options.seeds.flatMap((seed) => keptTorchSeed(torchFolder(undertaking), seed) ?? []);
  return {
    format: "convoy-results",
    formatVersion: 1,
    kind: "reproduction",
    recipe: recipe.name,
    title: recipe.title,
    form,
    whole: isWhole(form, recipe),
    workers,
    published: recipe.published === undefined ? null : publishedOf(recipe.published),
    strategy: options.strategy,
    exact: options.exact,
    convoy: [...convoy],
    pytorch,
    pytorchMissing: pytorch.length > 0 ? null : whyNoTorch(options),
  };
}

function whyNoTorch({ builtInDigits, pytorch }: ReproduceOptions): string {
  if (builtInDigits) return "it does not have the built-in digits.";
  if (!pytorch) return "it was not asked for (--pytorch).";
  const torch = findTorch();
  return "missing" in torch ? torch.missing : "it was interrupted.";
}

function publishedOf(published: NonNullable<Recipe["published"]>): Reproduction["published"] {
  const { loss, trainingAccuracy, testAccuracy } = published;
  const training = trainingAccuracy === undefined ? {} : { trainingAccuracy: [...trainingAccuracy] };
  return { loss: [...loss], ...training, testAccuracy };
}
