/**
 * `npm run bench:checkpoints`: what checkpoints cost. The throughput of one run in turns with and without them, and how
 * long a checkpoint of AlexNet's size keeps the thread that trains from everything else.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { RandomSequence } from "@convoy/foundation";
import type { RunView } from "@convoy/protocol";
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
    rounds: { type: "string", default: "15" },
    turn: { type: "string", default: "20" },
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

interface Turn {
  readonly stepsPerSecond: number;
  /** Of coordinator and workers together; only Linux tells. */
  readonly processorMsPerStep: number;
}

type Turns = Record<Every, Turn>;

/** The kinds of turn in another order each round, so that a machine that grows busier or quieter does no kind a favour. */
async function takeTurns(rounds: number, seconds: number, workers: number, seed: number): Promise<Turns[]> {
  const random = new RandomSequence(seed, "test", 5);
  const lives = new Lives(["--seed", String(seed), "--epochs", "1000"]);
  const all: Turns[] = [];
  try {
    await lives.begin();
    lives.addWorkers(workers);
    await lives.current.runUntil("the first steps", ({ step }) => step > 3);
    for (let round = 0; round < rounds; round++) {
      const turns: Partial<Turns> = {};
      for (const every of shuffled(EVERY_SECONDS, random))
        turns[every] = await takeTurn(lives, every, seconds, workers);
      all.push(turns as Turns);
      const figures = EVERY_SECONDS.map((every) => `${nameOf(every)} ${turns[every]?.stepsPerSecond.toFixed(2)}`);
      process.stdout.write(`Round ${round + 1}, steps per second: ${figures.join(", ")}\n`);
    }
  } finally {
    await lives.close();
  }
  return all;
}

async function takeTurn(lives: Lives, every: Every, seconds: number, workers: number): Promise<Turn> {
  await lives.current.end("SIGINT");
  await lives.begin(["--checkpoint-seconds", String(every)]);
  const isBack = (run: RunView) => run.workers.filter(({ shards }) => shards > 0).length === workers;
  await lives.current.runUntil("everybody's return", isBack);
  await pause(WARM_UP_MS);
  const before = await look(lives);
  await pause(1000 * seconds);
  const after = await look(lives);
  const steps = after.step - before.step;
  return {
    stepsPerSecond: (1000 * steps) / (after.at - before.at),
    processorMsPerStep: (after.processorMs - before.processorMs) / steps,
  };
}

async function look(lives: Lives): Promise<{ step: number; at: number; processorMs: number }> {
  const { step } = await lives.current.run();
  const processorMs = lives.pids.reduce((sum, pid) => sum + processorTimeOf(pid), 0);
  return { step, at: performance.now(), processorMs };
}

/** In milliseconds, in steps of ten; NaN where the system does not tell. */
function processorTimeOf(pid: number): number {
  if (process.platform !== "linux") return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function throughputBars(rounds: readonly Turns[]): Bar[] {
  const bars: Bar[] = [];
  for (const every of [10, 1] as const) {
    const slower = rounds.map((turns) => 1 - turns[every].stepsPerSecond / turns[NEVER].stepsPerSecond);
    const dearer = rounds.map((turns) => turns[every].processorMsPerStep / turns[NEVER].processorMsPerStep - 1);
    const bounds = every === 10 ? { must: 3, aim: 0.5 } : { must: null, aim: null };
    bars.push(costBar(`checkpoints ${nameOf(every)}: throughput lost`, slower, bounds));
    if (process.platform !== "linux") continue;
    bars.push(costBar(`checkpoints ${nameOf(every)}: processor time more`, dearer, { must: null, aim: null }));
  }
  return bars;
}

/** The median of pairs: a turn that another program has disturbed does not move it. */
function costBar(name: string, shares: readonly number[], bounds: Pick<Bar, "must" | "aim">): Bar {
  const percents = shares.map((share) => 100 * share).toSorted((a, b) => a - b);
  const quantile = (share: number) => percents[Math.round(share * (percents.length - 1))] ?? Number.NaN;
  const spread = `half of ${percents.length} pairs from ${quantile(0.25).toFixed(1)} to ${quantile(0.75).toFixed(1)}`;
  return { name: `${name} (${spread})`, value: quantile(0.5), unit: "%", limit: "at most", ...bounds };
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
