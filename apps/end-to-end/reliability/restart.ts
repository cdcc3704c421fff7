/**
 * `npm run bench:restart`: how long the workers of a coordinator that was killed wait for the next step, from the start
 * of the next process.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { RandomSequence } from "@convoy/foundation";
import type { RunView } from "@convoy/protocol";
import { bundleApp, type CoordinatorProcess } from "../src/coordinator-process.ts";
import { reportBars } from "./bars.ts";
import { Lives } from "./lives.ts";

/** So long nobody answers the workers, which try less and less often. */
const ABSENCE_MS = { least: 1000, most: 8000 };
const LOOK_MS = 5;

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "10" },
    workers: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

await restart(Number(values.times), Number(values.workers), Number(values.seed));

async function restart(times: number, workers: number, seed: number): Promise<void> {
  bundleApp("coordinator");
  bundleApp("headless-worker");
  const random = new RandomSequence(seed, "test", 4);
  const lives = new Lives(["--seed", String(seed), "--checkpoint-seconds", "1"]);
  try {
    await lives.begin();
    lives.addWorkers(workers);
    await lives.current.runUntil("everybody's first steps", everybodyWorks(workers));
    const seconds: number[] = [];
    for (let time = 0; time < times; time++) {
      await lives.kill();
      await pause(random.between(ABSENCE_MS.least, ABSENCE_MS.most));
      const startedAt = performance.now();
      await newLoss(await lives.begin());
      seconds.push((performance.now() - startedAt) / 1000);
      process.stdout.write(`${String(time + 1).padStart(3)}: ${seconds.at(-1)?.toFixed(2)} s\n`);
      await lives.current.runUntil("everybody's return", everybodyWorks(workers));
    }
    report(seconds);
  } finally {
    await lives.close();
  }
}

function everybodyWorks(workers: number): (run: RunView) => boolean {
  return (run) => run.workers.filter(({ shards }) => shards > 0).length === workers;
}

/** Waits for a loss that no earlier process has written. */
async function newLoss(coordinator: CoordinatorProcess): Promise<void> {
  const from = Number(/goes on after step ([\d,]+)\./.exec(coordinator.output())?.[1]?.replaceAll(",", ""));
  // By now the history is cut back to that step.
  const file = path.join(coordinator.runFolder, "losses.csv");
  while (!readFileSync(file, "utf8").includes(`\n${from + 1},`)) await pause(LOOK_MS);
}

function report(seconds: readonly number[]): void {
  const sorted = seconds.toSorted((a, b) => a - b);
  const median =
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
  const what = `start of a coordinator to its first new step, workers waiting, ${seconds.length} times`;
  const bar = { unit: "s", limit: "at most", must: 5, aim: 2 } as const;
  reportBars(
    [
      { name: `${what}: median`, value: median, ...bar },
      { name: `${what}: worst`, value: sorted.at(-1) ?? Number.NaN, ...bar },
    ],
    values.json,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
