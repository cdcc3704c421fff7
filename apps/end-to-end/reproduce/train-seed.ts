/** One seed of a recipe through the real system: a coordinator's process, sockets, workers in processes or tabs. */
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Recipe } from "@convoy/models";
import type { RunView } from "@convoy/protocol";
import { CoordinatorEnded, CoordinatorProcess, type Traffic } from "../src/coordinator-process.ts";
import { askAgain } from "./ask-again.ts";
import { readJson, writeJson } from "./json-file.ts";
import { currentCommit, describeMachine } from "./machine.ts";
import { type PartNews, Parts } from "./parts.ts";
import {
  type Epoch,
  type Form,
  type Reproduction,
  type TrainedSeed,
  trainedSeedSchema,
  type Workers,
} from "./results.ts";
import {
  datasetTitleOf,
  endLeftOver,
  finishedRun,
  hashLosses,
  hashParameters,
  readEpochs,
  readLosses,
  tidyUp,
} from "./run-files.ts";
import { openTabs } from "./tabs.ts";

/** Half an hour of downloading at most. */
const START_MS = 1_800_000;
const LOOK_MS = 500;
const LINE_MS = 10_000;
/** Above so many parameters a checkpoint is hundreds of megabytes: it is written once a minute. */
const LARGE = 10_000_000;

export interface Training {
  readonly recipe: Recipe;
  readonly parameterCount: number;
  readonly form: Form;
  readonly workers: Workers;
  readonly strategy: Reproduction["strategy"];
  readonly exact: boolean;
  readonly seed: number;
  /** Options of the coordinator that say what it trains on. */
  readonly dataset: readonly string[];
  /** Of this seed alone. */
  readonly folder: string;
  /** Where downloads are kept, for all of them. */
  readonly downloads: string;
  /** Of the repository. */
  readonly root: string;
}

/** The loss of every step of a seed that is finished. */
export function lossesOf({ folder, form }: Training): number[] {
  const run = finishedRun(path.join(folder, "data"), form.epochs);
  if (run === null) throw new Error(`There is no finished run in ${folder}.`);
  return readLosses(run);
}

/** What it has come to, from an earlier call where that has finished it; null when it was interrupted. */
export async function trainSeed(training: Training, stop: AbortSignal): Promise<TrainedSeed | null> {
  const { folder, form, seed, root } = training;
  const file = path.join(folder, "result.json");
  const kept = readJson(file, trainedSeedSchema);
  if (kept !== null) return kept;
  const dataDir = shareDownloads(training);
  const parts = new Parts(path.join(folder, "parts.json"));
  await endLeftOver(dataDir, () => noteLeftOver(parts));
  if (finishedRun(dataDir, form.epochs) === null && !(await lead(training, dataDir, parts, stop))) return null;
  const run = finishedRun(dataDir, form.epochs);
  if (run === null) throw new Error(`The run in ${dataDir} is finished, but not all of it is on the disk.`);
  const epochs = readEpochs(run);
  const result: TrainedSeed = {
    seed,
    dataset: datasetTitleOf(run),
    epochs,
    steps: readLosses(run).length,
    seconds: epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    ...parts.total,
    lossesSha256: hashLosses(run),
    parametersSha256: hashParameters(run),
    finishedAt: new Date().toISOString(),
    commit: currentCommit(root),
    machine: describeMachine(),
  };
  writeJson(file, result);
  tidyUp(run);
  return result;
}

/** Leads the run until it is finished; returns false when it was interrupted before that. */
async function lead(training: Training, dataDir: string, parts: Parts, stop: AbortSignal): Promise<boolean> {
  const { recipe, form, workers, dataset } = training;
  const isInTabs = workers.kind === "tabs";
  const coordinator = await CoordinatorProcess.start(argumentsOf(training), { dataDir, dataset, startMs: START_MS });
  const tabs = isInTabs ? await openTabs(coordinator.url, workers.count) : null;
  let told: Told | null = null;
  const look = async () => ({ view: await coordinator.run(), traffic: await coordinator.traffic() });
  try {
    for (;;) {
      const seen = await askAgain(look, () => stop.aborted || coordinator.hasEnded);
      if (stop.aborted) return false;
      if (seen === null) throw new CoordinatorEnded(coordinator.output());
      const { view, traffic } = seen;
      if (told === null) {
        parts.begin(view.step, coordinator.url);
        told = new Told(
          form.trainSamples === null ? recipe.published : undefined,
          path.join(dataDir, "runs", view.run),
        );
      }
      parts.note({ ...newsOf(view), ...traffic });
      told.tell(view);
      if (view.state === "finished") return true;
      if (view.state === "stopped") throw new Error(view.sentence);
      await pause(LOOK_MS, undefined, { signal: stop }).catch(() => {});
    }
  } finally {
    // Since the last look it has gone on; where Ctrl-C has reached it too, it tells nothing more.
    if (told !== null) {
      await look().then(
        ({ view, traffic }) => parts.note({ ...newsOf(view), ...traffic }),
        () => {},
      );
    }
    parts.keep();
    await tabs?.close();
    await coordinator.end("SIGINT");
  }
}

/** What the newest part has come to without anybody looking. */
async function noteLeftOver(parts: Parts): Promise<void> {
  if (parts.url === null) return;
  const ask = async (what: string) => (await fetch(`${parts.url}/api/run${what}`)).json();
  parts.note({ ...newsOf((await ask("")) as RunView), ...((await ask("/traffic")) as Traffic) });
  parts.keep();
}

function newsOf({ step, workers }: RunView): Omit<PartNews, keyof Traffic> {
  // One that is still proving itself is named otherwise.
  const engines = workers.flatMap(({ engine, shards }) => (engine === null || shards === 0 ? [] : engine));
  return { step, engines, shards: workers.map(({ shards }) => shards) };
}

function argumentsOf({ recipe, parameterCount, form, workers, strategy, exact, seed }: Training): string[] {
  return [
    ...["--recipe", recipe.name, "--seed", String(seed), "--epochs", String(form.epochs)],
    ...["--local-workers", String(workers.kind === "tabs" ? 0 : workers.count)],
    ...["--checkpoint-seconds", parameterCount > LARGE ? "60" : "10"],
    ...(form.trainSamples === null ? [] : ["--train-samples", String(form.trainSamples)]),
    ...(form.testSamples === null ? [] : ["--test-samples", String(form.testSamples)]),
    ...["--strategy", strategy],
    ...(exact ? ["--exact"] : []),
  ];
}

/** Each seed has a data folder of its own, so that a start there goes on with it and nothing else; downloads are everybody's. */
function shareDownloads({ folder, downloads }: Training): string {
  const dataDir = path.join(folder, "data");
  mkdirSync(dataDir, { recursive: true });
  mkdirSync(downloads, { recursive: true });
  try {
    symlinkSync(downloads, path.join(dataDir, "datasets"), "junction");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return dataDir;
}

/** Says at the terminal how far the run is. */
class Told {
  readonly #published: Recipe["published"];
  readonly #run: string;
  #epochs: number;
  #lineAt = Number.NEGATIVE_INFINITY;

  /** `published`: what to show beside it; on a part of the dataset nothing can be. */
  constructor(published: Recipe["published"], run: string) {
    this.#published = published;
    this.#run = run;
    this.#epochs = readEpochs(run).length;
    if (this.#epochs > 0) process.stdout.write(`  It goes on after epoch ${this.#epochs}.\n`);
  }

  tell(view: RunView): void {
    const epochs = readEpochs(this.#run);
    for (const epoch of epochs.slice(this.#epochs)) process.stdout.write(`  ${epochLine(epoch, this.#published)}\n`);
    this.#epochs = epochs.length;
    if (view.state === "finished" || performance.now() - this.#lineAt < LINE_MS) return;
    this.#lineAt = performance.now();
    const loss = view.loss === null ? "" : ` Loss ${view.loss.toFixed(4)}.`;
    const speed = view.samplesPerSecond > 0 ? ` ${view.samplesPerSecond.toFixed(0)} samples/s.` : "";
    process.stdout.write(`  ${view.sentence}${loss}${speed}\n`);
  }
}

function epochLine({ epoch, loss, testAccuracy, seconds }: Epoch, published: Recipe["published"]): string {
  const theirs = published?.loss[epoch - 1];
  const beside = theirs === undefined ? "" : ` (published ${theirs})`;
  const accuracy = `${(100 * testAccuracy).toFixed(2)} % of the test set right`;
  return `Epoch ${epoch}: loss ${loss?.toFixed(4) ?? "no number"}${beside}, ${accuracy}, ${seconds.toFixed(0)} s.`;
}
