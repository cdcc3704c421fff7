/** A run of LeNet-5 on MNIST with so many workers of one kind, from the first to the last step. */
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { RunView } from "@convoy/protocol";
import { openTabs } from "../reproduce/tabs.ts";
import { CoordinatorProcess, makeDataDir } from "../src/coordinator-process.ts";

export interface Training {
  readonly workers: number;
  readonly kind: "tabs" | "headless workers";
  readonly strategy: "sync" | "local";
  readonly epochs: number;
  /** Where it is not left to the coordinator. */
  readonly codec?: string | undefined;
}

export interface Trained {
  /** From 0 to 1, after each epoch. */
  readonly accuracies: readonly number[];
  /** From when every worker has joined to the end of the last evaluation, as if none had worked before. */
  readonly seconds: number;
}

const START_MS = 1_800_000;
const END_MS = 3_600_000;
/** Looking takes the coordinator time, and it shares a processor with the tabs. */
const LOOK_MS = 500;

/** Opening tabs and starting processes takes no part of the time. */
export async function train({ workers, kind, strategy, epochs, codec }: Training): Promise<Trained> {
  const folder = process.env.CONVOY_DATASET_DIR ?? "";
  const dataset = folder === "" ? [] : ["--dataset-dir", folder];
  const headless = kind === "tabs" ? 0 : workers;
  const args = ["--strategy", strategy, "--epochs", String(epochs), "--local-workers", String(headless)];
  if (codec !== undefined) args.push("--codec", codec);
  const dataDir = makeDataDir();
  const coordinator = await CoordinatorProcess.start(args, { dataDir, dataset, startMs: START_MS });
  const tabs = kind === "tabs" ? await openTabs(coordinator.url, workers) : null;
  try {
    // From then on all of it counts: also what they fetch before they are ready.
    const all = await coordinator.runUntil("every worker", (run) => run.workers.length === workers);
    const begun = performance.now();
    say(`  ${workers} ${kind}, ${strategy}: training.`);
    let newest = all;
    const hasEnded = (run: RunView) => {
      if (run.together !== null) newest = run;
      return run.state === "finished" || run.state === "stopped";
    };
    let run = all;
    for (; !hasEnded(run); run = await coordinator.run()) {
      if (performance.now() - begun > END_MS) throw new Error(`The run does not end. ${coordinator.output()}`);
      await pause(LOOK_MS);
    }
    const seconds = (performance.now() - begun) / 1000;
    if (run.state === "stopped") throw new Error(run.sentence);
    const rows = readFileSync(path.join(coordinator.runFolder, "epochs.csv"), "utf8").trim().split("\n").slice(1);
    const accuracies = rows.map((row) => Number(row.split(",")[5]));
    // What was trained before everybody was seen to be there is no part of the time.
    const share = (run.steps - all.step) / run.steps;
    for (const sentence of [timesOf(newest), newest.exchange?.sentence]) if (sentence) say(`  ${sentence}`);
    const whole = seconds / share;
    say(`  ${accuracies.map((accuracy) => (100 * accuracy).toFixed(2)).join(" ")} %, ${whole.toFixed(1)} s.`);
    return { accuracies, seconds: whole };
  } finally {
    await tabs?.close();
    await coordinator.end("SIGINT");
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function timesOf({ together }: RunView): string {
  if (together === null) return "";
  const shares = Object.entries(together.time).map(([part, share]) => `${part} ${Math.round(100 * share)} %`);
  return `At the end, ${Math.round(together.mostSamplesPerSecond)} samples/s at most, and of the time ${shares.join(", ")}.`;
}

/** Epochs until the test accuracy reached this, between two evaluations as if it grew evenly; infinite where it did not. */
export function epochsTo(accuracy: number, { accuracies }: Trained): number {
  const after = accuracies.findIndex((reached) => reached >= accuracy);
  if (after === -1) return Number.POSITIVE_INFINITY;
  const before = accuracies[after - 1] ?? 0;
  return after + (accuracy - before) / ((accuracies[after] as number) - before);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
