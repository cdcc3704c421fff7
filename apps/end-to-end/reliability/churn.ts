/**
 * `npm run bench:churn`: a coordinator whose workers are replaced all the time, a fifth of them every minute, in every
 * way in which a worker can go. Does its memory grow? A garbage collection goes before each look at it.
 */
import { parseArgs } from "node:util";
import { RandomSequence } from "@convoy/foundation";
import { bundleApp, CoordinatorProcess } from "../src/coordinator-process.ts";
import { type Bar, reportBars } from "./bars.ts";
import { runCrowd } from "./crowd.ts";
import { Inspector, type Memory } from "./inspector.ts";
import { Turnover } from "./turnover.ts";
import { Watcher } from "./watchers.ts";

const WATCHER_STAY_S = { least: 20, most: 60 };
/**
 * Not counted, and with as many workers replaced as in the hour after it: heap snapshots before and after two thousand
 * more of them differ by compiled code and what belongs to it, and by nothing that a worker could leave behind.
 */
const WARM_UP = { minutes: 5, replacedPerMinute: 60 };
const WINDOW_MINUTES = 10;

interface Sample extends Memory {
  readonly minute: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "60" },
    /** Workers replaced each minute; there are 24. */
    turnover: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

const [role, port] = positionals;
if (role === "crowd") runCrowd(Number(port));
else await churn(Number(values.minutes), Number(values.turnover), Number(values.seed));

async function churn(minutes: number, replacedPerMinute: number, seed: number): Promise<void> {
  if (!(minutes > 0 && replacedPerMinute > 0)) throw new Error("--minutes and --turnover must be numbers above 0.");
  bundleApp("coordinator");
  const coordinator = await CoordinatorProcess.start(["--epochs", "1000", "--seed", String(seed)], {
    nodeOptions: ["--inspect=127.0.0.1:0"],
  });
  const inspector = await Inspector.attach(coordinator.output());
  const turnover = new Turnover(Number(new URL(coordinator.url).port), seed);
  const watchers = [new Watcher(coordinator.url), new Watcher(coordinator.url)];
  try {
    turnover.begin();
    turnover.setPace(Math.max(replacedPerMinute, WARM_UP.replacedPerMinute));
    const restless = watchers.map((watcher, index) => keepComing(watcher, seed, index));
    await coordinator.runUntil("the first steps", ({ step }) => step >= 3);
    await until(performance.now() + 60_000 * Math.min(WARM_UP.minutes, minutes / 6));
    turnover.setPace(replacedPerMinute);
    const samples = await takeSamples(minutes, coordinator, inspector, turnover);
    for (const stop of restless) stop();
    const { step } = await coordinator.run();
    const troubles = [...turnover.complaints, ...watchers.flatMap((watcher) => watcher.troubles)];
    for (const trouble of troubles) process.stdout.write(`${trouble}\n`);
    reportBars(
      barsOf(samples, minutes, { steps: step, replaced: turnover.replaced, troubles: troubles.length }),
      values.json,
    );
  } finally {
    for (const watcher of watchers) watcher.go();
    turnover.end();
    inspector.close();
    await coordinator.stop();
  }
}

/** Looks every minute, in a short run more often. */
async function takeSamples(
  minutes: number,
  coordinator: CoordinatorProcess,
  inspector: Inspector,
  turnover: Turnover,
): Promise<Sample[]> {
  const everyMinutes = Math.min(1, minutes / 12);
  const beganAt = performance.now();
  const samples: Sample[] = [];
  let before = await inspector.memoryAfterCollection();
  for (let minute = everyMinutes; minute < minutes + everyMinutes / 2; minute += everyMinutes) {
    await until(beganAt + minute * 60_000);
    const memory = await inspector.memoryAfterCollection();
    samples.push({ minute, ...memory });
    const { step, workers } = await coordinator.run();
    const cells = [
      `${minute.toFixed(1).padStart(5)} min`,
      `step ${String(step).padStart(6)}`,
      `${workers.filter(({ state }) => state !== "left").length} workers, ${turnover.replaced} replaced`,
      `heap ${mebibytes(memory.heapUsed)} with code ${mebibytes(memory.code)}`,
      `external ${mebibytes(memory.external)}`,
      `rss ${mebibytes(memory.rss)} MiB`,
      `processor ${((memory.cpuMs - before.cpuMs) / (600 * everyMinutes)).toFixed(0)} %`,
    ];
    process.stdout.write(`${cells.join("   ")}\n`);
    before = memory;
  }
  return samples;
}

function barsOf(
  samples: readonly Sample[],
  minutes: number,
  { steps, replaced, troubles }: { steps: number; replaced: number; troubles: number },
): Bar[] {
  const window = Math.min(WINDOW_MINUTES, minutes / 3);
  const mean = (from: number, field: (memory: Memory) => number) => {
    const chosen = samples.filter(({ minute }) => minute > from + 1e-9 && minute < from + window + 1e-9);
    return chosen.reduce((sum, sample) => sum + field(sample), 0) / chosen.length;
  };
  const span = `first to last ${window >= 1 ? `${window.toFixed(0)} min` : `${(60 * window).toFixed(0)} s`} of ${minutes} min`;
  const growth = (name: string, must: number | null, field: (memory: Memory) => number): Bar => ({
    name: `${name}, ${span}`,
    value: 100 * (mean(minutes - window, field) / mean(0, field) - 1),
    unit: "%",
    limit: "at most",
    must,
    aim: must === null ? null : 0,
  });
  const count = (name: string, value: number, limit: Bar["limit"], must: number | null): Bar => ({
    name,
    value,
    unit: "",
    limit,
    must,
    aim: null,
  });
  return [
    growth("heap after collection", 5, ({ heapUsed }) => heapUsed),
    growth("of it without compiled code", null, ({ heapUsed, code }) => heapUsed - code),
    growth("buffers outside the heap", 5, ({ external }) => external),
    growth("resident set", null, ({ rss }) => rss),
    count("heap at the end, MiB", mean(minutes - window, ({ heapUsed }) => heapUsed) / 2 ** 20, "at least", null),
    count("workers replaced", replaced, "at least", null),
    count("steps meanwhile", steps, "at least", 1),
    count("workers or viewers treated wrongly", troubles, "at most", 0),
  ];
}

/** A viewer that comes, stays a while, and comes again. Returns what ends that. */
function keepComing(watcher: Watcher, seed: number, index: number): () => void {
  const random = new RandomSequence(seed, "test", 2, index);
  let timer: NodeJS.Timeout;
  const turn = () => {
    watcher.go();
    watcher.come();
    timer = setTimeout(turn, 1000 * random.between(WATCHER_STAY_S.least, WATCHER_STAY_S.most));
  };
  turn();
  return () => clearTimeout(timer);
}

function until(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(2);
}
