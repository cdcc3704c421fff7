import { join } from "node:path";
import type { Dataset } from "@convoy/datasets";
import type { Recipe } from "@convoy/models";
import type { Logger } from "pino";
import type { DatasetProgress } from "./datasets/dataset-progress.ts";
import { obtainDataset } from "./datasets/obtain-dataset.ts";
import { obtainDigits } from "./datasets/obtain-digits.ts";
import { BUILT_IN_DIGITS, type CoordinatorOptions } from "./options.ts";

const DOWNLOAD_LINE_MS = 1000;

export interface DatasetForRun {
  readonly dataset: Dataset;
  /** Why it is not the recipe's dataset; null when it is. */
  readonly warning: string | null;
}

/** The recipe's dataset, or the built-in digits with the reason, said in the log as it goes. */
export async function obtainForRun(recipe: Recipe, options: CoordinatorOptions, log: Logger): Promise<DatasetForRun> {
  const cacheDir = join(options.dataDir, "datasets");
  if (options.dataset === BUILT_IN_DIGITS) {
    const dataset = await obtainDigits(cacheDir, sparingly(log));
    return {
      dataset,
      warning: `This run trains on ${dataset.title} instead of ${recipe.dataset.toUpperCase()}, as it was told to.`,
    };
  }
  const { dataset, builtInReason } = await obtainDataset({
    name: recipe.dataset,
    cacheDir,
    datasetDir: options.datasetDir,
    onProgress: sparingly(log),
  });
  if (builtInReason === undefined) return { dataset, warning: null };
  const warning = `This run does not train on ${recipe.dataset.toUpperCase()} but on ${dataset.title}. ${builtInReason} To train on the real data, give a folder with its files: --dataset-dir <folder> or CONVOY_DATASET_DIR.`;
  return { dataset, warning };
}

/** Downloads report with every piece that arrives; a line a second is enough. */
function sparingly(log: Logger): (progress: DatasetProgress) => void {
  let lastLine = 0;
  return (progress) => {
    if (progress.stage === "download" && Date.now() - lastLine < DOWNLOAD_LINE_MS) return;
    if (progress.stage === "download") lastLine = Date.now();
    const isWarning = progress.stage !== "download" && progress.stage !== "stored" && progress.stage !== "ready";
    log[isWarning ? "warn" : "info"](progress.sentence);
  };
}
