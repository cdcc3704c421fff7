/** The command line, and the only reader of the environment. */
import { resolve } from "node:path";
import { recipes } from "@convoy/models";
import { Command, InvalidArgumentError, Option } from "commander";

export const BUILT_IN_DIGITS = "built-in-digits";

export interface CoordinatorOptions {
  readonly recipe: string;
  /** Instead of the recipe's. */
  readonly dataset: typeof BUILT_IN_DIGITS | undefined;
  readonly datasetDir: string | undefined;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly epochs: number | undefined;
  readonly localWorkers: number;
}

/** Reads options from the arguments (without program and script), then from CONVOY_… variables, then the defaults. */
export function readOptions(args: readonly string[]): CoordinatorOptions {
  const options = command()
    .parse([...args], { from: "user" })
    .opts<CoordinatorOptions>();
  return { ...options, dataDir: resolve(options.dataDir) };
}

function command(): Command {
  const recipeNames = recipes.map((recipe) => recipe.name).join(", ");
  return new Command("convoy")
    .description("Trains a network together with every browser tab that opens the worker page.")
    .addOption(option("--recipe <name>", "RECIPE", `what to train: ${recipeNames}`).default("lenet5-mnist"))
    .addOption(
      option("--epochs <count>", "EPOCHS", "train for this many epochs instead of the recipe's").argParser(
        whole(1, 100_000),
      ),
    )
    .addOption(
      option("--seed <number>", "SEED", "names the run's random numbers: the same seed gives the same run")
        .default(1)
        .argParser(whole(0, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(
      option("--local-workers <count>", "LOCAL_WORKERS", "workers to start on this machine beside the tabs")
        .default(0)
        .argParser(whole(0, 64)),
    )
    .addOption(
      option("--dataset <name>", "DATASET", "train on this instead of the recipe's dataset; needs no download").choices(
        [BUILT_IN_DIGITS],
      ),
    )
    .addOption(
      option(
        "--dataset-dir <folder>",
        "DATASET_DIR",
        "folder with the dataset's files; without it they are downloaded once",
      ).argParser(filled),
    )
    .addOption(
      option("--data-dir <folder>", "DATA_DIR", "where datasets, checkpoints and histories are kept")
        .default(".convoy")
        .argParser(filled),
    )
    .addOption(
      option("--port <number>", "PORT", "port of the pages and the workers; 0 takes any free one")
        .default(4300)
        .argParser(whole(0, 65_535)),
    )
    .addOption(
      option(
        "--host <address>",
        "HOST",
        "address to listen on: the default lets only this machine in, 0.0.0.0 whoever has the invitation",
      )
        .default("127.0.0.1")
        .argParser(filled),
    )
    .helpOption("-h, --help", "show this text")
    .addHelpText(
      "after",
      `
Every option can also be given by environment, as CONVOY_RECIPE, CONVOY_DATASET_DIR and so on.

Examples:
  npm start                                       train LeNet-5 on MNIST, with one worker on this machine
  npm start -- --epochs 2 --local-workers 0       let the tabs do all the work
  CONVOY_DATASET_DIR=~/mnist npm start            use the dataset files of a folder`,
    );
}

/** An empty variable counts as unset: that is what a shell leaves of a value that is missing. */
function option(flags: string, variable: string, description: string): Option {
  const made = new Option(flags, description);
  return process.env[`CONVOY_${variable}`] === "" ? made : made.env(`CONVOY_${variable}`);
}

function filled(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}
