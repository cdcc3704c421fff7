/**
 * Part of `npm run bench:snapshot`: the same in a run of as many parameters as AlexNet's. The built coordinator as a process, a worker with a
 * sleeping engine in another, and in a third newcomers, each a real worker that is told to fetch the newest version.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findRecipe } from "@convoy/models";
import type { OpenBytes } from "@convoy/transport";
import { dialSocketIo, openByFetch } from "@convoy/transport/client";
import { runWorker } from "@convoy/worker";
import { sleepingEngine, withSamplesAtHand } from "@convoy/worker/sleeping";
import { bundleApp, CoordinatorProcess } from "../src/coordinator-process.ts";
import { runManyWorkers, sampleBytesOf } from "./many-workers.ts";

const WORKERS = 1;
const SHARD_SAMPLES = 8;
const SAMPLE_MS = 1;
const LOOK_EVERY_MS = 25;
const WARM_UP_ROUNDS = 8;
/** About as long as 228 MB take over 100 Mb/s. */
const ALONE_MS = 19_000;

/** 57,043,240 parameters; AlexNet at 224×224 has 57,044,810. */
const lenet = findRecipe("lenet5-mnist");
const recipe = {
  ...lenet,
  name: "as-long-as-alexnet",
  batchSize: SHARD_SAMPLES * WORKERS,
  model: {
    ...lenet.model,
    name: "as-long-as-alexnet",
    layers: [
      { type: "flatten" },
      ...[8192, 6170, 10].flatMap((units) => [{ type: "relu" }, { type: "dense", units }]).slice(1),
    ],
  },
};

/** Rounds a second while a newcomer fetched, and without one, before and after. */
export interface LargePair {
  readonly seconds: number;
  readonly beside: number;
  readonly without: number;
}

/** `megabits`: what the newcomer reads in a second; null for as much as comes. */
export async function besideLargeNewcomers(pairCount: number, megabits: number | null): Promise<LargePair[]> {
  bundleApp("coordinator");
  const folder = mkdtempSync(path.join(tmpdir(), "convoy-newcomer-"));
  const file = path.join(folder, "recipe.json");
  writeFileSync(file, JSON.stringify(recipe));
  const args = ["--recipe", file, "--epochs", "10000", "--test-samples", "16", "--codec", "top-k"];
  const coordinator = await CoordinatorProcess.start([...args, "--checkpoint-seconds", "86400"], { startMs: 240_000 });
  const start = (role: string) => fork(process.argv[1] as string, [role, coordinator.url, String(megabits ?? "")]);
  const [workers, newcomers] = [start("workers"), start("newcomers")];
  try {
    await coordinator.runUntil("the first rounds", ({ step }) => step >= WARM_UP_ROUNDS, 240_000);
    const alone = () => rounds(coordinator, () => pause(ALONE_MS));
    const pairs: LargePair[] = [];
    let before = await alone();
    for (let i = 0; i < pairCount; i++) {
      const beside = await rounds(coordinator, () => oneNewcomer(newcomers));
      const after = await alone();
      const without = (before.perSecond + after.perSecond) / 2;
      pairs.push({ seconds: beside.seconds, beside: beside.perSecond, without });
      before = after;
    }
    return pairs;
  } finally {
    workers.disconnect();
    newcomers.disconnect();
    await coordinator.stop();
    rmSync(folder, { recursive: true });
  }
}

/** From the first round's end to the last one's, so that none is counted in part. */
async function rounds(coordinator: CoordinatorProcess, work: () => Promise<void>) {
  const ends: number[] = [];
  let last = (await coordinator.run()).step;
  let isDone = false;
  const beganAt = performance.now();
  const working = work().then(() => {
    isDone = true;
  });
  // The download may be quicker than a round.
  while (!isDone || ends.length < 2) {
    const { step } = await coordinator.run();
    for (; last < step; last++) ends.push(performance.now());
    await pause(LOOK_EVERY_MS);
  }
  await working;
  const [first, final] = [ends[0] as number, ends.at(-1) as number];
  return { seconds: (performance.now() - beganAt) / 1000, perSecond: (1000 * (ends.length - 1)) / (final - first) };
}

async function oneNewcomer(newcomers: ChildProcess): Promise<void> {
  newcomers.send("come");
  const [said] = await once(newcomers, "message");
  if (said !== "fetched") throw new Error(String(said));
}

/** What the other processes do. */
export function play(role: string, url: string, megabits: string): void {
  const sampleBytes = sampleBytesOf(recipe as never);
  if (role === "workers") {
    runManyWorkers(url, WORKERS, SAMPLE_MS, sampleBytes);
    return;
  }
  process.on("disconnect", () => process.exit(0));
  process.on("message", () => comeOnce(url, megabits === "" ? null : Number(megabits), sampleBytes));
}

/** Joins, fetches what it is told to, and leaves when that is there. */
function comeOnce(url: string, megabits: number | null, sampleBytes: number): void {
  let hasBegun = false;
  const open = openByFetch(url, null);
  const worker = runWorker({
    dial: withSamplesAtHand(dialSocketIo(url), sampleBytes),
    openBytes: megabits === null ? open : slowly(open, megabits),
    name: "Newcomer",
    device: "a bench",
    engines: [{ name: "sleeping", create: sleepingEngine(pause, SAMPLE_MS) }],
    onStatus({ phase, download }) {
      if (download !== null) hasBegun = true;
      if (!hasBegun || phase === "fetching") return;
      hasBegun = false;
      worker.stop();
      process.send?.("fetched");
    },
  });
}

/** Reads no more than so many megabits in a second. */
function slowly(open: OpenBytes, megabits: number): OpenBytes {
  return async (...asked) => {
    const answer = await open(...asked);
    const startedAt = performance.now();
    let received = 0;
    const bytes = (async function* () {
      for await (const piece of answer.bytes) {
        received += piece.length;
        const early = startedAt + (8 * received) / (1000 * megabits) - performance.now();
        if (early > 1) await pause(early);
        yield piece;
      }
    })();
    return { ...answer, bytes };
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
