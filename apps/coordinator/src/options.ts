/** The command line, and the only reader of the environment. */
import { resolve } from "node:path";
import { possibleChanges, recipes } from "@convoy/models";
import { type CodecName, codecNames, limits } from "@convoy/protocol";
import { Command, InvalidArgumentError, Option } from "commander";
import { isHostName } from "./network/host-name.ts";

export const BUILT_IN_DIGITS = "built-in-digits";
export const DEFAULT_RECIPE = "lenet5-mnist";
export const DEFAULT_SEED = 1;

/** Undefined: nobody has said, so a run that goes on keeps its own and a new one takes the default. */
export interface CoordinatorOptions {
  /** The name of one, or a file that ends in ".json". */
  readonly recipe: string | undefined;
  /** Changes of the recipe: "activation=tanh". */
  readonly set: readonly string[];
  /** A safetensors file whose parameters a new run starts from. */
  readonly from: string | undefined;
  /** Where the network that the run ends with is written. */
  readonly export: string | undefined;
  /** Instead of the recipe's. */
  readonly dataset: typeof BUILT_IN_DIGITS | undefined;
  readonly datasetDir: string | undefined;
  /** Only the first so many of the dataset. */
  readonly trainSamples: number | undefined;
  readonly testSamples: number | undefined;
  readonly dataDir: string;
  readonly host: string;
  /** A name of this machine that others can type; undefined where addresses must do. */
  readonly hostName: string | undefined;
  readonly https: boolean;
  /** Of a certificate from elsewhere; both or neither, and then `https` is true. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly port: number;
  readonly seed: number | undefined;
  readonly epochs: number | undefined;
  /** What workers send: gradients of each batch, or the change after several steps of their own. */
  readonly strategy: "sync" | "local" | undefined;
  /** Of `local`: steps between two exchanges. */
  readonly localSteps: number | undefined;
  /** How workers encode what they send. */
  readonly codec: CodecName | undefined;
  /** The same run bit for bit, whoever computes it. */
  readonly exact: boolean;
  /** Begin a new run, whatever is unfinished. */
  readonly new: boolean;
  /** Go on with this run. */
  readonly resume: string | undefined;
  readonly checkpointSeconds: number;
  readonly localWorkers: number;
}

/** Reads options from the arguments (without program and script), then from CONVOY_… variables, then the defaults. */
export function readOptions(args: readonly string[]): CoordinatorOptions {
  const parsed = command();
  const options = parsed.parse([...args], { from: "user" }).opts<CoordinatorOptions>();
  const { cert, key } = options;
  if ((cert === undefined) !== (key === undefined)) {
    parsed.error("error: --cert and --key belong together: give both files, or neither.");
  }
  if (options.exact && options.strategy === "local") {
    parsed.error(
      "error: --exact needs --strategy sync: what workers learn by themselves depends on how many they are.",
    );
  }
  if (options.exact && (options.codec ?? "fp32") !== "fp32") {
    parsed.error("error: --exact needs --codec fp32: every other one loses bits.");
  }
  if (options.localSteps !== undefined && (options.exact || options.strategy === "sync")) {
    parsed.error("error: --local-steps is for --strategy local: with sync and --exact every step is exchanged.");
  }
  return { ...options, dataDir: resolve(options.dataDir), https: options.https || cert !== undefined };
}

function command(): Command {
  const command = new Command("convoy").description(
    "Trains a network together with every browser tab that opens the worker page.",
  );
  for (const made of [...trainingOptions(), ...savingOptions(), ...machineOptions()]) command.addOption(made);
  return command.helpOption("-h, --help", "show this text").addHelpText(
    "after",
    `
Every option can also be given by environment, as CONVOY_RECIPE, CONVOY_DATASET_DIR and so on.

Examples:
  npm start                                       train LeNet-5 on MNIST, with one worker on this machine
  npm start -- --new                              begin again, though an earlier run is unfinished
  npm start -- --epochs 2 --local-workers 0       let the tabs do all the work
  npm start -- --recipe ./mine.json               train what a file describes (docs/recipes.md)
  npm start -- --set activation=tanh              change one thing of the recipe
  npm start -- --exact --seed 7                   a run that anyone can repeat to the last bit
  CONVOY_DATASET_DIR=~/mnist npm start            use the dataset files of a folder
  npm start -- --host 0.0.0.0 --https             let the devices of the network in, with their GPUs`,
  );
}

/** What is trained. */
function trainingOptions(): Option[] {
  const names = recipes.map((recipe) => recipe.name).join(", ");
  return [
    option("--recipe <name>", "RECIPE", `what to train: ${names}, or a file: ./mine.json (default: ${DEFAULT_RECIPE})`),
    option("--set <change>", "SET", `change the recipe, once or more: ${possibleChanges}`)
      .default([], "nothing")
      .argParser(listed)
      .conflicts("resume"),
    option("--epochs <count>", "EPOCHS", "train for this many epochs instead of the recipe's").argParser(
      whole(1, 100_000),
    ),
    option(
      "--seed <number>",
      "SEED",
      `names the run's random numbers: with sync the same seed gives the same run (default: the recipe's, or ${DEFAULT_SEED})`,
    ).argParser(whole(0, Number.MAX_SAFE_INTEGER)),
    option(
      "--strategy <name>",
      "STRATEGY",
      "local: each worker takes steps by itself, and what they learned is averaged; sync: they share every batch (default: local, with --exact sync; docs/strategies.md)",
    ).choices(["sync", "local"]),
    option(
      "--local-steps <count>",
      "LOCAL_STEPS",
      "of the strategy local: steps between two exchanges, instead of as many as the link asks for",
    ).argParser(whole(1, limits.localSteps)),
    option(
      "--codec <name>",
      "CODEC",
      "how vectors travel: fp16 halves them, int8 quarters them, top-k has workers send a hundredth (default: with local as the links ask for it, with sync fp32; docs/codecs.md)",
    ).choices(codecNames),
    flag("--exact", "EXACT", "the same run bit for bit, whoever computes it: all workers have one engine"),
    option(
      "--from <file>",
      "FROM",
      "start from the parameters in this safetensors file, not from random ones (docs/model-files.md)",
    )
      .argParser(filled)
      .conflicts("resume"),
    option("--dataset <name>", "DATASET", "train on this instead of the recipe's dataset; needs no download").choices([
      BUILT_IN_DIGITS,
    ]),
    option(
      "--dataset-dir <folder>",
      "DATASET_DIR",
      "folder with the dataset's files; without it they are downloaded once",
    ).argParser(filled),
    option(
      "--train-samples <count>",
      "TRAIN_SAMPLES",
      "train on the first so many samples alone, to try something out",
    ).argParser(whole(1, 1_000_000_000)),
    option("--test-samples <count>", "TEST_SAMPLES", "test on the first so many samples alone").argParser(
      whole(1, 1_000_000_000),
    ),
  ];
}

/** What is kept, and gone on with. */
function savingOptions(): Option[] {
  return [
    option("--data-dir <folder>", "DATA_DIR", "where datasets, checkpoints and histories are kept")
      .default(".convoy")
      .argParser(filled),
    flag("--new", "NEW", "begin a new run instead of going on with one that is unfinished"),
    option("--resume <run>", "RESUME", "go on with this run, the name of its folder in <data-dir>/runs")
      .argParser(filled)
      .conflicts("new"),
    option(
      "--export <file>",
      "EXPORT",
      "write the model here when the run ends: .safetensors, .onnx, or for TensorFlow.js .json or a folder",
    ).argParser(filled),
    option("--checkpoint-seconds <count>", "CHECKPOINT_SECONDS", "save the run this often while it trains")
      .default(10)
      .argParser(whole(1, 86_400)),
  ];
}

/** This machine, and who is let in. */
function machineOptions(): Option[] {
  return [
    option("--local-workers <count>", "LOCAL_WORKERS", "workers to start on this machine beside the tabs")
      .default(0)
      .argParser(whole(0, 64)),
    option("--port <number>", "PORT", "port of the pages and the workers; 0 takes any free one")
      .default(4300)
      .argParser(whole(0, 65_535)),
    option(
      "--host <address>",
      "HOST",
      "address to listen on: the default lets only this machine in, 0.0.0.0 whoever has the invitation",
    )
      .default("127.0.0.1")
      .argParser(filled),
    option(
      "--host-name <name>",
      "HOST_NAME",
      "name of this machine on the network, where it has one that others can type",
    ).argParser(hostName),
    flag("--https", "HTTPS", "serve https too, with a certificate made and kept in the data folder"),
    option("--cert <file>", "CERT", "certificate for https from elsewhere, in PEM form").argParser(filled),
    option("--key <file>", "KEY", "its private key, in PEM form").argParser(filled),
  ];
}

/** An empty variable counts as unset: that is what a shell leaves of a value that is missing. */
function option(flags: string, variable: string, description: string): Option {
  const made = new Option(flags, description);
  return process.env[`CONVOY_${variable}`] === "" ? made : made.env(`CONVOY_${variable}`);
}

/** Something that is on or off, which the environment may say in words. */
function flag(flags: string, variable: string, description: string): Option {
  const made = new Option(flags, description).default(false);
  // Commander alone would take any value for on.
  const isOff = /^(|0|false|no|off)$/i.test(process.env[`CONVOY_${variable}`] ?? "unset");
  return isOff ? made : made.env(`CONVOY_${variable}`);
}

/** One or more, as the environment must have them: "activation=tanh, epochs=2". */
function listed(text: string, earlier: readonly string[]): string[] {
  return [...earlier, ...text.split(",").map((each) => each.trim())];
}

function filled(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}

function hostName(text: string): string {
  const name = text.toLowerCase();
  if (!isHostName(name)) throw new InvalidArgumentError("It must be a name such as lab-pc-3.school.example.");
  return name;
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
