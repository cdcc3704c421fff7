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
 * Two heap snapshots seven minutes apart, the first after three, differ by compiled code and its feedback more than by
 * anything else, and by the points of a curve that is bounded.
 */
const WARM_UP_MINUTES = 5;
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
    turnover.begin(replacedPerMinute);
    const restless = watchers.map((watcher, index) => keepComing(watcher, seed, index));
    await coordinator.runUntil("the first steps", ({ step }) => step >= 3);
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
      `heap ${mebibytes(memory.heapUsed)}`,
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
  all: readonly Sample[],
  minutes: number,
  { steps, replaced, troubles }: { steps: number; replaced: number; troubles: number },
): Bar[] {
  const warm = all.filter(({ minute }) => minute > Math.min(WARM_UP_MINUTES, minutes / 6));
  const windowMinutes = Math.min(WINDOW_MINUTES, minutes / 3);
  const first = warm.filter(({ minute }) => minute <= (warm[0] as Sample).minute + windowMinutes - 1e-9);
  const last = warm.filter(({ minute }) => minute > minutes - windowMinutes + 1e-9);
  const mean = (samples: readonly Sample[], field: keyof Memory) =>
    samples.reduce((sum, sample) => sum + sample[field], 0) / samples.length;
  const growth = (field: keyof Memory) => 100 * (mean(last, field) / mean(first, field) - 1);
  const span = `first to last ${windowMinutes >= 1 ? `${windowMinutes.toFixed(0)} min` : `${(60 * windowMinutes).toFixed(0)} s`} of ${minutes} min`;
  const shown = { must: null, aim: null, limit: "at least" } as const;
  return [
    { name: `heap after collection, ${span}`, value: growth("heapUsed"), unit: "%", limit: "at most", must: 5, aim: 0 },
    {
      name: `buffers outside the heap, ${span}`,
      value: growth("external"),
      unit: "%",
      limit: "at most",
      must: 5,
      aim: 0,
    },
    { name: `resident set, ${span}`, value: growth("rss"), unit: "%", ...shown, limit: "at most" },
    { name: "heap at the end", value: mean(last, "heapUsed") / 2 ** 20, unit: "MiB", ...shown },
    { name: "workers replaced", value: replaced, unit: "", ...shown },
    { name: "steps meanwhile", value: steps, unit: "", limit: "at least", must: 1, aim: null },
    { name: "workers or viewers treated wrongly", value: troubles, unit: "", limit: "at most", must: 0, aim: 0 },
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
