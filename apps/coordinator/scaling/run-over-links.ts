/**
 * Part of `npm run bench:scale`: how many samples a second a crew gets through over emulated links, and what travels. What
 * follows `--` are the coordinator's own options. Prints one line of JSON.
 */
import { parseArgs } from "node:util";
import { batchCount } from "@convoy/datasets";
import { type LinkClock, type LinkOptions, Medium } from "@convoy/transport";
import { collectRarely, optimizeEarly } from "@convoy/transport/v8-settings";
import { EmulatedRun, type Standing } from "./emulated-run.ts";
import { ProcessorTime } from "./processor-time.ts";
import { RealTime } from "./real-time.ts";
import { liveInVirtualTime } from "./virtual-time.ts";

collectRarely();
optimizeEarly();

const BITS_OF_A_MEGABIT = 1e6;
const LOOK_EVERY_MS = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: "1" },
    /** Milliseconds in which an engine is through with 64 samples; with fewer it is as much sooner. */
    "step-ms": { type: "string", default: "5" },
    /** So many times as long takes one more worker, which joins the others. */
    "joined-by": { type: "string" },
    /** Milliseconds, one way. */
    delay: { type: "string", default: "1" },
    /** Megabits a second: of each worker, */
    up: { type: "string", default: "100" },
    down: { type: "string", default: "100" },
    /** or of one medium for all, both ways. */
    shared: { type: "string" },
    "first-epoch": { type: "boolean", default: false },
    /** Only links, engines and what the coordinator computes take time, */
    virtual: { type: "boolean", default: false },
    /** or only links and engines. */
    "network-alone": { type: "boolean", default: false },
    /** So many times smaller are the network and its links, with the same times and less memory. */
    shrink: { type: "string", default: "1" },
    "train-samples": { type: "string", default: "640000" },
    "test-samples": { type: "string", default: "8" },
    /** Instead of a rate, the seconds that each of the first so many epochs takes, with its evaluation. */
    epochs: { type: "string" },
    /** Seconds before anything is measured, and in which it is. */
    "warm-up": { type: "string", default: "4" },
    seconds: { type: "string", default: "10" },
  },
});
const number = (name: Exclude<keyof typeof values, "virtual" | "network-alone" | "first-epoch">) =>
  Number(values[name]);
const shrink = number("shrink");

const time = values.virtual ? liveInVirtualTime() : realTime();
const run = await EmulatedRun.begin({
  clock: time.clock,
  processor: values.virtual && !values["network-alone"] ? new ProcessorTime(time.clock) : null,
  coordinatorOptions: positionals,
  trainSamples: number("train-samples"),
  testSamples: number("test-samples"),
  shrink,
  samplesAtHand: !values["first-epoch"],
});
const link = linksOn(time.clock);
const sampleMs = number("step-ms") / 64;
for (let i = 0; i < number("workers"); i++) run.addWorker(`Number ${i}`, sampleMs, link());
if (values["joined-by"] !== undefined) run.addWorker("Joined", sampleMs * number("joined-by"), link());

const beganAt = time.clock.now;
const past = (seconds: number) => () => time.clock.now >= beganAt + 1000 * seconds || run.troubles.length > 0;
if (values.epochs === undefined) await time.until(past(number("warm-up")));
if (values.epochs !== undefined) await print({ epochSeconds: await epochSeconds(number("epochs")) });
const before = await endOfRound();
await time.until(past(number("warm-up") + number("seconds")));
await print(between(before, await endOfRound()));

function print(figures: object): Promise<never> {
  return new Promise(() => process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0)));
}

/** As it is right after the round under way: otherwise so much more or less than a round would be counted as happens to be there. */
async function endOfRound(): Promise<Standing> {
  const { step } = run.standing;
  await time.until(() => run.standing.step > step || run.troubles.length > 0);
  if (run.troubles.length > 0) throw new Error(run.troubles.join(" "));
  return run.standing;
}

/** An epoch is over when the first step of the next is taken. */
async function epochSeconds(count: number): Promise<{ seconds: number; thereShare: number | null }[]> {
  const stepsOfEpoch = batchCount(number("train-samples"), run.batchSize);
  const epochs = [];
  for (let epoch = 1; epoch <= count; epoch++) {
    const before = run.standing;
    await time.until(() => run.standing.step > epoch * stepsOfEpoch || run.troubles.length > 0);
    if (run.troubles.length > 0) throw new Error(run.troubles.join(" "));
    const { at, lent, lacking } = run.standing;
    const isCounted = lent > before.lent;
    const thereShare = isCounted ? 1 - (lacking - before.lacking) / (lent - before.lent) : null;
    epochs.push({ seconds: (at - before.at) / 1000, thereShare });
  }
  return epochs;
}

function realTime() {
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  };
  return { clock: new RealTime(), until };
}

/** Gives each worker a link. */
function linksOn(clock: LinkClock): () => LinkOptions {
  const medium = (megabits: number) => new Medium(clock, (megabits * BITS_OF_A_MEGABIT) / shrink);
  const delayMs = number("delay");
  if (values.shared === undefined) return () => ({ delayMs, up: medium(number("up")), down: medium(number("down")) });
  const air = medium(number("shared"));
  return () => ({ delayMs, up: air, down: air });
}

function between(before: Standing, after: Standing) {
  const seconds = (after.at - before.at) / 1000;
  const steps = after.step - before.step;
  const lent = after.lent - before.lent;
  return {
    /** What the cost model expects of these workers, and chose for them. */
    exchange: after.exchange,
    samplesPerSecond: (after.samples - before.samples) / seconds,
    stepsPerSecond: steps / seconds,
    /** Of all workers together, for each step. */
    upBytes: (shrink * (after.traffic.up - before.traffic.up)) / steps,
    downBytes: (shrink * (after.traffic.down - before.traffic.down)) / steps,
    /** Of the samples lent, those that were there when the lease came; null where workers have all. */
    thereShare: lent === 0 ? null : 1 - (after.lacking - before.lacking) / lent,
    /** Of one core, in real time. */
    processorShare: (after.processorMs - before.processorMs) / (1000 * seconds),
  };
}
