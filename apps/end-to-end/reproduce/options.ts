/** The command line of `npm run reproduce`. */
import path from "node:path";
import { parseArgs } from "node:util";
import { findRecipe, type Recipe, recipes } from "@convoy/models";
import type { Reproduction, Workers } from "./results.ts";

const usage = `npm run reproduce -- <recipe> [options]     train it through the real system, and compare
npm run reproduce -- --all --quick          a shortened form of every recipe
npm run reproduce -- <recipe> --exact --workers 1,4
npm run reproduce -- --table                write docs/results.md again from docs/results/*.json

  --epochs <n>           instead of the recipe's
  --train-samples <n>    train on the first so many samples alone; --test-samples: test on them
  --workers <n>          how many (default 2); with --exact several numbers: 1,4
  --tabs                 workers are tabs of Chromium, not headless
  --seeds <n>            so many seeds (default 1), beginning with --seed (default 1)
  --strategy <s>         sync (default): workers share every batch; or local: each learns for a while, as a run does unasked
  --exact                the same bits with each number of workers
  --quick                a few steps, on the first samples of the dataset
  --pytorch              train with PyTorch too, seed by seed (CONVOY_PYTHON names a Python that has it)
  --threads <n>          of PyTorch (default 1)
  --dataset-dir <dir>    the dataset's files, or CONVOY_DATASET_DIR; without either they are downloaded once
  --built-in-digits      instead of MNIST
  --out <dir>            where runs and results are kept (default .convoy/reproduce)
  --publish              put the results into docs/results, and write docs/results.md

Ctrl-C saves the run; the same command goes on with it. Seeds that are finished are not repeated.
`;

export interface ReproduceOptions {
  readonly recipes: readonly Recipe[];
  /** Instead of what the recipe, or its quick form, says. */
  readonly epochs: number | null;
  readonly trainSamples: number | null;
  readonly testSamples: number | null;
  readonly workerCounts: readonly number[];
  readonly workerKind: Workers["kind"];
  readonly seeds: readonly number[];
  readonly strategy: Reproduction["strategy"];
  readonly exact: boolean;
  readonly quick: boolean;
  readonly pytorch: boolean;
  readonly threads: number;
  readonly datasetDir: string | null;
  readonly builtInDigits: boolean;
  readonly out: string;
  readonly publish: boolean;
  /** Nothing is trained. */
  readonly table: boolean;
}

/** What is wrong with the command line, in a sentence. */
export class UsageError extends Error {}

/** @throws UsageError, RecipeError */
export function readOptions(args: readonly string[], root: string): ReproduceOptions {
  const { values, positionals } = parse(args);
  const wanted = values.all ? recipes : positionals.map(findRecipe);
  if (wanted.length === 0 && !values.table) throw new UsageError(usage);
  const first = whole("--seed", values.seed, 0);
  const workerCounts = values.workers.split(",").map((text) => whole("--workers", text, 1));
  if (workerCounts.length > 1 && !values.exact) {
    throw new UsageError("Several numbers of --workers are compared bit by bit: say --exact too.");
  }
  const datasetDir = values["dataset-dir"] ?? process.env.CONVOY_DATASET_DIR ?? "";
  return {
    recipes: wanted,
    epochs: optional("--epochs", values.epochs),
    trainSamples: optional("--train-samples", values["train-samples"]),
    testSamples: optional("--test-samples", values["test-samples"]),
    workerCounts,
    workerKind: values.tabs ? "tabs" : "headless workers",
    seeds: Array.from({ length: whole("--seeds", values.seeds, 1) }, (_, index) => first + index),
    strategy: strategyNamed(values.strategy, values.exact),
    exact: values.exact,
    quick: values.quick,
    pytorch: values.pytorch,
    threads: whole("--threads", values.threads, 1),
    datasetDir: datasetDir === "" ? null : path.resolve(datasetDir),
    builtInDigits: values["built-in-digits"],
    out: path.resolve(values.out ?? path.join(root, ".convoy/reproduce")),
    publish: values.publish,
    table: values.table,
  };
}

function parse(args: readonly string[]) {
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        all: flag,
        epochs: { type: "string" },
        "train-samples": { type: "string" },
        "test-samples": { type: "string" },
        workers: { type: "string", default: "2" },
        tabs: flag,
        seeds: { type: "string", default: "1" },
        seed: { type: "string", default: "1" },
        strategy: { type: "string", default: "sync" },
        exact: flag,
        quick: flag,
        pytorch: flag,
        threads: { type: "string", default: "1" },
        "dataset-dir": { type: "string" },
        "built-in-digits": flag,
        out: { type: "string" },
        publish: flag,
        table: flag,
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

function strategyNamed(name: string, exact: boolean): ReproduceOptions["strategy"] {
  if (name !== "sync" && name !== "local") throw new UsageError(`--strategy "${name}" must be sync or local.`);
  if (name === "local" && exact)
    throw new UsageError("Exact runs share every batch: leave out --strategy, or --exact.");
  return name;
}

function optional(option: string, text: string | undefined): number | null {
  return text === undefined ? null : whole(option, text, 1);
}

function whole(option: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least || Number(text) > 2 ** 31) {
    throw new UsageError(`${option} "${text}" must be a whole number of at least ${least}.`);
  }
  return Number(text);
}
