/**
 * `npm run bench:frames`: a million random and mutated messages and frames, against the parsers in this process and
 * against a live coordinator over real sockets, beside which an honest worker trains. Does anything crash, grow, stay
 * without an answer, or do harm?
 */
import { parseArgs } from "node:util";
import { bundleApp } from "../src/coordinator-process.ts";
import { type Bar, reportBars } from "./bars.ts";
import { attackParsers } from "./parser-attack.ts";
import { Siege } from "./siege.ts";
import { TrainingRun } from "./training-run.ts";

/** Sent before memory is looked at for the first time: code is compiled, caches are filled. */
const warmUp = (count: number) => Math.min(count / 2, Math.max(count / 10, 5000));
/** Steps after the siege, which show that the run goes on. */
const STEPS_AFTER = 10;
/** Of the steps beside the siege, so many are compared with a run that is left alone. */
const COMPARED_STEPS = 2000;
const SHOW_MS = 10_000;

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    connections: { type: "string", default: "150" },
    json: { type: "string" },
  },
});
const count = Number(values.frames);
const seed = Number(values.seed);
if (!(count >= 100)) throw new Error("--frames must be a number from 100.");

const answers = attackParsers(count, seed);
show(answers);
bundleApp("coordinator");
bundleApp("headless-worker");
const bars = await besiege(Number(values.connections));
reportBars(
  [atLeast("messages and frames against the parsers, none of which failed", sum(answers), count), ...bars],
  values.json,
);

async function besiege(connections: number): Promise<Bar[]> {
  const run = await TrainingRun.start(seed);
  const siege = new Siege(run.port, seed);
  await run.reach(1);
  const ticker = setInterval(async () => {
    process.stdout.write(`${siege.sent} of ${count} over ${siege.visits} connections; step ${await run.step()}\n`);
  }, SHOW_MS);
  await siege.until(warmUp(count), connections);
  const before = await look(run);
  await siege.until(count, connections);
  clearInterval(ticker);
  const after = await look(run);
  const step = await run.step();
  await run.reach(step + STEPS_AFTER);
  const refusals = await run.honestRefusals();
  const losses = await run.end();
  show(siege.answers);
  for (const line of siege.unanswered.slice(0, 50)) process.stdout.write(`Not answered: ${line}\n`);
  const compared = Math.min(COMPARED_STEPS, losses.length);
  const apart = furthestApart(losses.slice(0, compared), await lossesAlone(compared));
  return [
    atLeast("hostile messages to a live coordinator", siege.sent, count),
    atMost("of them without an answer", siege.unanswered.length, "", 0),
    atMost("connections that were not taken up", siege.turnedAway, "", null),
    atMost(
      "the coordinator's objects after collection, before and after",
      growth(before.objects, after.objects),
      "%",
      5,
    ),
    atMost("V8's compiled code and its notes, likewise", growth(before.machinery, after.machinery), "%", null),
    atMost("buffers outside the heap, before and after", growth(before.external, after.external), "%", 5),
    atMost("refusals of the honest worker beside", refusals ?? Number.NaN, "", 0),
    atLeast("its steps meanwhile", step, 1),
    atMost(`losses of ${compared} steps, apart from a run that is left alone`, 100 * apart, "%", 0),
  ];
}

async function look({ inspector }: TrainingRun) {
  return { ...(await inspector.memoryAfterCollection()), ...(await inspector.censusAfterCollection()) };
}

async function lossesAlone(steps: number): Promise<number[]> {
  const run = await TrainingRun.start(seed);
  await run.reach(steps);
  return (await run.end()).slice(0, steps);
}

/** Largest difference of two losses of the same step, relative to the second. */
function furthestApart(losses: readonly number[], alone: readonly number[]): number {
  return Math.max(...losses.map((loss, i) => Math.abs(loss / (alone[i] as number) - 1)));
}

function growth(before: number, after: number): number {
  return 100 * (after / before - 1);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, value) => total + value, 0);
}

function show(counts: ReadonlyMap<string, number>): void {
  for (const [answer, times] of [...counts].sort((a, b) => b[1] - a[1]))
    process.stdout.write(`${String(times).padStart(9)}  ${answer}\n`);
}

function atMost(name: string, value: number, unit: string, must: number | null): Bar {
  return { name, value, unit, limit: "at most", must, aim: must === null ? null : 0 };
}

function atLeast(name: string, value: number, must: number): Bar {
  return { name, value, unit: "", limit: "at least", must, aim: null };
}
