/**
 * `npm run bench:checkpoints`: what checkpoints cost. The throughput of one run in turns with and without them, and how
 * long a checkpoint of AlexNet's size keeps the thread that trains from everything else.
 */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { RandomSequence } from "@convoy/foundation";
import { bundleApp } from "../src/coordinator-process.ts";
import { type Bar, reportBars } from "./bars.ts";
import { Lives } from "./lives.ts";

/** The default, ten times as often (to be seen above the noise of a busy machine), and never within a turn. */
const EVERY_SECONDS = [10, 1, 86_400] as const;
const NEVER = 86_400;
type Every = (typeof EVERY_SECONDS)[number];
/** Code is compiled, workers are known. */
const WARM_UP_MS = 3000;

const root = path.join(import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps")));

const { values } = parseArgs({
  options: {
    /** Rounds of three turns each: with the default, with ten times as many, without. */
    rounds: { type: "string", default: "10" },
    turn: { type: "string", default: "30" },
    workers: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

bundleApp("coordinator");
bundleApp("headless-worker");
const large = measureLarge();
const rounds = await takeTurns(Number(values.rounds), Number(values.turn), Number(values.workers), Number(values.seed));
reportBars([...throughputBars(rounds), ...largeBars(large)], values.json);

/** Steps per second of each kind of turn, round by round; the kinds in another order each time. */
async function takeTurns(rounds: number, seconds: number, workers: number, seed: number): Promise<Turns[]> {
  const random = new RandomSequence(seed, "test", 5);
  const lives = new Lives(["--seed", String(seed), "--epochs", "1000"]);
  const all: Turns[] = [];
  try {
    await lives.begin();
    lives.addWorkers(workers);
    await lives.current.runUntil("the first steps", ({ step }) => step > 3);
    for (let round = 0; round < rounds; round++) {
      const turns: Turns = { 10: 0, 1: 0, 86400: 0 };
      for (const every of shuffled(EVERY_SECONDS, random)) turns[every] = await turn(lives, every, seconds, workers);
      all.push(turns);
      const figures = EVERY_SECONDS.map((every) => `${nameOf(every)} ${turns[every].toFixed(2)}`);
      process.stdout.write(`Round ${round + 1}, steps per second: ${figures.join(", ")}\n`);
    }
  } finally {
    await lives.close();
  }
  return all;
}

type Turns = Record<Every, number>;

async function turn(lives: Lives, every: Every, seconds: number, workers: number): Promise<number> {
  await lives.current.end("SIGINT");
  await lives.begin(["--checkpoint-seconds", String(every)]);
  await lives.current.runUntil(
    "everybody's return",
    (run) => run.workers.filter(({ shards }) => shards > 0).length === workers,
  );
  await pause(WARM_UP_MS);
  const before = await steps(lives);
  await pause(1000 * seconds);
  const after = await steps(lives);
  return (1000 * (after.count - before.count)) / (after.at - before.at);
}

async function steps(lives: Lives): Promise<{ count: number; at: number }> {
  const { step } = await lives.current.run();
  return { count: step, at: performance.now() };
}

function throughputBars(rounds: readonly Turns[]): Bar[] {
  const bars: Bar[] = [];
  for (const every of EVERY_SECONDS) {
    if (every === NEVER) continue;
    const costs = rounds.map((turns) => 100 * (1 - turns[every] / turns[NEVER]));
    const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
    const variance = costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0) / (costs.length - 1);
    const error = Math.sqrt(variance / costs.length);
    const isDefault = every === 10;
    bars.push({
      name: `throughput that checkpoints ${nameOf(every)} cost, ± ${error.toFixed(2)} (standard error of ${costs.length})`,
      value: mean,
      unit: "%",
      limit: "at most",
      must: isDefault ? 3 : null,
      aim: isDefault ? 0.5 : null,
    });
  }
  return bars;
}

interface Large {
  readonly elements: number;
  readonly idleMs: number;
  readonly delayMs: number;
  readonly writeMs: number;
  readonly readMs: number;
  readonly stepMs: number;
  readonly stepAfterMs: number;
}

function measureLarge(): Large {
  const program = ["scripts/run-source.mjs", "apps/coordinator/reliability/large-checkpoint.ts"];
  return JSON.parse(
    execFileSync(process.execPath, program, { cwd: root, encoding: "utf8" }).trim().split("\n").at(-1) ?? "",
  );
}

function largeBars(large: Large): Bar[] {
  const shown = { unit: "ms", limit: "at most", must: null, aim: null } as const;
  const name = `${(large.elements / 1e6).toFixed(1)} million parameters`;
  return [
    { name: `${name}: event loop blocked at most, while nothing is done`, value: large.idleMs, ...shown },
    { name: `${name}: event loop blocked at most, during a checkpoint`, value: large.delayMs, ...shown },
    { name: `${name}: a checkpoint takes, beside the training`, value: large.writeMs, ...shown },
    { name: `${name}: a checkpoint is read and checked in`, value: large.readMs, ...shown },
    { name: `${name}: an optimizer's step takes`, value: large.stepMs, ...shown },
    { name: `${name}: the step after a checkpoint has begun takes`, value: large.stepAfterMs, ...shown },
  ];
}

function nameOf(every: Every): string {
  return every === NEVER ? "never" : `every ${every} s`;
}

function shuffled<Item>(items: readonly Item[], random: RandomSequence): Item[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0] as Item);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
