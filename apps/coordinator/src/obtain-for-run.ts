import { join } from "node:path";
import { type Dataset, firstSamples } from "@convoy/datasets";
import { formatShape, imageShapeFor, type Recipe } from "@convoy/models";
import type { Logger } from "pino";
import { cifar10Format } from "./datasets/cifar10-format.ts";
import type { DatasetFormat } from "./datasets/dataset-format.ts";
import type { DatasetProgress } from "./datasets/dataset-progress.ts";
import { mnistFormat } from "./datasets/mnist-format.ts";
import { obtainDataset } from "./datasets/obtain-dataset.ts";
import { obtainDigits } from "./datasets/obtain-digits.ts";
import { BUILT_IN_DIGITS, type CoordinatorOptions } from "./options.ts";
import { StartError } from "./start-error.ts";

const formats: Record<Recipe["dataset"], DatasetFormat> = { mnist: mnistFormat(), cifar10: cifar10Format() };

const DOWNLOAD_LINE_MS = 1000;

export interface DatasetForRun {
  readonly dataset: Dataset;
  /** Why it is not the recipe's dataset; null when it is. */
  readonly warning: string | null;
}

/**
 * The recipe's dataset, or what takes its place with the reason, said in the log as it goes.
 * @throws DatasetError where there is none, StartError where the recipe's network is made for other pictures.
 */
export async function obtainForRun(recipe: Recipe, options: CoordinatorOptions, log: Logger): Promise<DatasetForRun> {
  const format = formats[recipe.dataset];
  const obtained = partOf(await obtainFor(recipe, format, options, log), options);
  checkFit(recipe, obtained.dataset);
  return obtained;
}

function partOf(obtained: DatasetForRun, { trainSamples, testSamples }: CoordinatorOptions): DatasetForRun {
  const dataset = firstSamples(obtained.dataset, { train: trainSamples, test: testSamples });
  if (dataset === obtained.dataset) return obtained;
  const warning = `This run uses a part of ${obtained.dataset.title}, as it was told to: its figures say nothing about the whole.`;
  return { dataset, warning: obtained.warning === null ? warning : `${obtained.warning} ${warning}` };
}

async function obtainFor(
  recipe: Recipe,
  format: DatasetFormat,
  options: CoordinatorOptions,
  log: Logger,
): Promise<DatasetForRun> {
  const cacheDir = join(options.dataDir, "datasets");
  if (options.dataset === BUILT_IN_DIGITS) {
    if (!format.digitsStandIn) {
      throw new StartError(
        `The built-in digits stand in for MNIST alone, and ${recipe.name} trains on ${format.title}: leave out --dataset ${BUILT_IN_DIGITS}.`,
      );
    }
    const dataset = await obtainDigits(cacheDir, sparingly(log));
    return { dataset, warning: `This run trains on ${dataset.title} instead of ${format.title}, as it was told to.` };
  }
  const { dataset, isCustom, builtInReason } = await obtainDataset({
    format,
    cacheDir,
    datasetDir: options.datasetDir,
    onProgress: sparingly(log),
  });
  if (isCustom) {
    const warning = `This run trains on ${dataset.title}: its figures say nothing about ${format.title} itself.`;
    return { dataset, warning };
  }
  if (builtInReason === undefined) return { dataset, warning: null };
  const warning = `This run does not train on ${format.title} but on ${dataset.title}. ${builtInReason} To train on the real data, give a folder with its files: --dataset-dir <folder> or CONVOY_DATASET_DIR.`;
  return { dataset, warning };
}

function checkFit({ name, preprocessing, model }: Recipe, { title, sampleShape, classNames }: Dataset): void {
  const imageShape = imageShapeFor(preprocessing, model.inputShape);
  if (imageShape.some((size, axis) => size !== sampleShape[axis])) {
    throw new StartError(
      `The recipe ${name} takes pictures of ${formatShape(imageShape)}, but those of ${title} are ${formatShape(sampleShape)}; say so in its preprocessing.imageShape, and pad, resize or crop them to what its network takes.`,
    );
  }
  if (model.classCount < classNames.length) {
    throw new StartError(
      `The network of the recipe ${name} tells ${model.classCount} classes apart, but ${title} has ${classNames.length}.`,
    );
  }
}

/** Downloads report with every piece that arrives; a line a second is enough. */
function sparingly(log: Logger): (progress: DatasetProgress) => void {
  let lastLine = 0;
  return (progress) => {
    if (progress.stage === "download" && Date.now() - lastLine < DOWNLOAD_LINE_MS) return;
    if (progress.stage === "download") lastLine = Date.now();
    const isWarning = !["download", "resumed", "stored", "ready"].includes(progress.stage);
    log[isWarning ? "warn" : "info"](progress.sentence);
  };
}
