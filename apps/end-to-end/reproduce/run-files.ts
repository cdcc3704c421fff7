/** What a coordinator has left of a run in its folder, as far as a reproduction needs it. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readVector } from "../src/read-safetensors.ts";
import type { Epoch } from "./results.ts";

/** A living coordinator touches its lock every second. */
const ALIVE_MS = 5000;
const LOOK_MS = 200;

/** The folder of the run that has all its epochs behind it; null where none has. */
export function finishedRun(dataDir: string, epochs: number): string | null {
  return runsOf(dataDir).find((run) => readEpochs(run).length >= epochs && hasLastParameters(run)) ?? null;
}

export function readEpochs(run: string): Epoch[] {
  return rowsOf(path.join(run, "epochs.csv")).map((row) => {
    const [epoch, , loss, trainingAccuracy, testLoss, testAccuracy, durationMs] = row.map(Number) as number[];
    return {
      epoch: epoch as number,
      loss: finite(loss),
      trainingAccuracy: trainingAccuracy as number,
      testLoss: finite(testLoss),
      testAccuracy: testAccuracy as number,
      seconds: (durationMs as number) / 1000,
    };
  });
}

/** What the run says it trains on. */
export function datasetTitleOf(run: string): string {
  return JSON.parse(readFileSync(path.join(run, "run.json"), "utf8")).dataset.title;
}

/** The mean loss of every step, from the first. */
export function readLosses(run: string): number[] {
  return rowsOf(path.join(run, "losses.csv")).map(([, loss]) => Number(loss));
}

export function hashLosses(run: string): string {
  return createHash("sha256")
    .update(readFileSync(path.join(run, "losses.csv")))
    .digest("hex");
}

export function hashParameters(run: string): string {
  const { vector } = readParameters(run);
  return createHash("sha256")
    .update(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength))
    .digest("hex");
}

/** What only a run that goes on needs; of a large network, gigabytes. */
export function tidyUp(run: string): void {
  rmSync(path.join(run, "checkpoints"), { recursive: true, force: true });
  for (const name of readdirSync(run)) {
    if (/^parameters-.*\.safetensors$/.test(name)) rmSync(path.join(run, name));
  }
}

/** A coordinator that outlived the command that had started it is told to save its run and to end, after `lookAt`. */
export async function endLeftOver(dataDir: string, lookAt: () => Promise<void>): Promise<void> {
  for (const run of runsOf(dataDir)) {
    const lock = path.join(run, "in-use.json");
    if (isAlive(lock)) await lookAt().catch(() => {});
    for (let told = false; isAlive(lock); told = true) {
      if (!told) process.kill(JSON.parse(readFileSync(lock, "utf8")).process, "SIGINT");
      await pause(LOOK_MS);
    }
  }
}

/** Those of an interruption before may lie there still. */
function hasLastParameters(run: string): boolean {
  return existsSync(parametersOf(run)) && readParameters(run).step === readLosses(run).length;
}

function isAlive(lock: string): boolean {
  const touched = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (touched === undefined || Date.now() - touched > ALIVE_MS) return false;
  try {
    return process.kill(JSON.parse(readFileSync(lock, "utf8")).process, 0);
  } catch {
    return false;
  }
}

function runsOf(dataDir: string): string[] {
  const runs = path.join(dataDir, "runs");
  return existsSync(runs) ? readdirSync(runs).map((name) => path.join(runs, name)) : [];
}

function parametersOf(run: string): string {
  return path.join(run, "parameters.safetensors");
}

function readParameters(run: string): ReturnType<typeof readVector> {
  return readVector(new Uint8Array(readFileSync(parametersOf(run))));
}

function rowsOf(table: string): string[][] {
  if (!existsSync(table)) return [];
  // What stands behind the last line's end is being written.
  const lines = readFileSync(table, "utf8").split("\n").slice(1, -1);
  return lines.map((line) => line.split(","));
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
