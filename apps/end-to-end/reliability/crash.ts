/**
 * `npm run bench:crash`: one exact run whose coordinator is killed again and again, at random moments and while it writes
 * a checkpoint, and started again, must come to what a run comes to that nobody disturbs, bit for bit.
 */
import { parseArgs } from "node:util";
import { RandomSequence } from "@convoy/foundation";
import { bundleApp } from "../src/coordinator-process.ts";
import { readVector } from "../src/read-safetensors.ts";
import { type Bar, reportBars } from "./bars.ts";
import { Lives } from "./lives.ts";

const STEPS_OF_EPOCH = 938;
/** How a coordinator dies: of ten, this many while it writes, this many before it is well awake, the others at work. */
const OF_TEN = { within: 4, starting: 1 };
const WAKING_MS = 1500;
const WORKING_MS = 1500;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    workers: { type: "string", default: "2" },
    epochs: { type: "string", default: "1" },
    /** Compares the first steps only, instead of whole runs. */
    steps: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

await crash({
  kills: Number(values.kills),
  workers: Number(values.workers),
  epochs: Number(values.epochs),
  steps: values.steps === undefined ? null : Number(values.steps),
  seed: Number(values.seed),
});

interface Plan {
  readonly kills: number;
  readonly workers: number;
  readonly epochs: number;
  readonly steps: number | null;
  readonly seed: number;
}

async function crash(plan: Plan): Promise<void> {
  bundleApp("coordinator");
  bundleApp("headless-worker");
  const args = ["--exact", "--epochs", String(plan.epochs), "--seed", String(plan.seed), "--checkpoint-seconds", "1"];
  const undisturbed = new Lives(args);
  let disturbed: Lives | null = null;
  try {
    await undisturbed.begin();
    undisturbed.addWorkers(plan.workers);
    const expected = await outcome(undisturbed, plan);
    say(`Undisturbed: ${expected.rows.length} steps, the last loss ${expected.rows.at(-1)}.`);
    disturbed = new Lives(args, undisturbed);
    const deaths = await killAgainAndAgain(disturbed, plan);
    const found = await outcome(disturbed, plan);
    const firstOther = expected.rows.findIndex((row, index) => row !== found.rows[index]);
    say(firstOther === -1 ? "Every loss is the same." : `The losses differ from step ${firstOther + 1} on.`);
    const same = firstOther === -1 && found.rows.length === expected.rows.length && found.bits === expected.bits;
    reportBars(barsOf(plan, deaths, same), values.json);
  } finally {
    await undisturbed.close();
    await disturbed?.close();
  }
}

interface Deaths {
  count: number;
  within: number;
  stepsLost: number[];
}

/** Each death in a part of the run of its own, so that however quick the machine is, all come before the end. */
async function killAgainAndAgain(lives: Lives, plan: Plan): Promise<Deaths> {
  const random = new RandomSequence(plan.seed, "test", 3);
  const steps = plan.steps ?? STEPS_OF_EPOCH * plan.epochs;
  const deaths: Deaths = { count: 0, within: 0, stepsLost: [] };
  await lives.begin();
  lives.addWorkers(plan.workers);
  for (let kill = 0; kill < plan.kills; kill++) {
    const step = Math.floor((steps * (kill + random.unit())) / (plan.kills + 1));
    const way = random.below(10);
    const isWithin = way < OF_TEN.within || (kill === plan.kills - 1 && deaths.within === 0);
    const isStarting = !isWithin && way >= 10 - OF_TEN.starting;
    if (!isStarting) await lives.current.runUntil(`step ${step}`, (run) => run.step >= step, 600_000);
    if (!isWithin) await pause(random.below(isStarting ? WAKING_MS : WORKING_MS));
    const diedWithin = isWithin ? await lives.killWithinWrite() : await lives.kill();
    const done = rowsOf(lives).length;
    const { output } = await lives.begin();
    const from = Number(/goes on after step ([\d,]+)\./.exec(output())?.[1]?.replaceAll(",", "") ?? Number.NaN);
    if (Number.isNaN(from)) throw new Error(`The run was not continued:\n${output()}`);
    deaths.count++;
    if (diedWithin) deaths.within++;
    deaths.stepsLost.push(done - from);
    const where = isStarting ? "while it started" : diedWithin ? "within a write" : "at work";
    say(`Killed ${String(deaths.count).padStart(3)} times, now ${where}; goes on after step ${from}.`);
  }
  return deaths;
}

/** What has to be the same: every row of the history and, of whole runs, every bit of the parameters. */
async function outcome(lives: Lives, { steps }: Plan): Promise<{ rows: string[]; bits: string }> {
  if (steps === null) await lives.finish();
  else await lives.current.runUntil(`step ${steps}`, (run) => run.step >= steps, 600_000);
  if (steps !== null) await lives.current.end("SIGINT");
  const rows = rowsOf(lives);
  if (steps !== null) return { rows: rows.slice(0, steps), bits: "" };
  const { vector } = readVector(lives.current.read("parameters.safetensors"));
  return { rows, bits: Buffer.from(vector.buffer).toString("base64") };
}

function rowsOf(lives: Lives): string[] {
  return Buffer.from(lives.current.read("losses.csv")).toString().trim().split("\n").slice(1);
}

function barsOf({ kills, steps }: Plan, deaths: Deaths, same: boolean): Bar[] {
  const what = steps === null ? "parameters and losses" : `losses of the first ${steps} steps`;
  const must = Math.min(50, kills);
  return [
    {
      name: `kill -9 of the coordinator in one exact run, ${what} bit-identical`,
      value: same ? deaths.count : 0,
      unit: "kills",
      limit: "at least",
      must,
      aim: 200,
    },
    {
      name: "of them within the writing of a checkpoint",
      value: deaths.within,
      unit: "kills",
      limit: "at least",
      must: Math.max(1, Math.floor(must / 5)),
      aim: null,
    },
    {
      name: "steps computed again, on average",
      value: deaths.stepsLost.reduce((sum, lost) => sum + lost, 0) / Math.max(1, deaths.stepsLost.length),
      unit: "steps",
      limit: "at most",
      must: null,
      aim: null,
    },
  ];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
