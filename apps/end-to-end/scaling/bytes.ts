/**
 * `npm run bench:bytes`: what a step of LeNet-5 sends and receives for each worker, counted on the coordinator's sockets,
 * beside what its vectors alone take. `--strategy`, `--local-steps` and `--codec` measure that way of working alone.
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { findRecipe, parameterLayout } from "@convoy/models";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { bundleApp, CoordinatorProcess } from "../src/coordinator-process.ts";
import { runManyWorkers, sampleBytesOf } from "./many-workers.ts";

/** One that computes all of each batch: a step is a round of one contribution. */
const WORKERS = 1;
const STEP_SAMPLES = 64;
const STEP_MS = 1;
const FLOAT_BYTES = 4;
const WARM_UP_STEPS = 50;
/** So many that the few that pass while one looks do not count. */
const WINDOW_STEPS = 4000;

interface Way {
  readonly name: string;
  readonly options: readonly string[];
  /** Bytes of an element of what a worker sends, and of what it gets, and steps for which that is once. */
  readonly upBytes: number;
  readonly downBytes: number;
  readonly steps: number;
}

const ways: readonly Way[] = [
  { name: "sync, fp32", options: [], upBytes: FLOAT_BYTES, downBytes: FLOAT_BYTES, steps: 1 },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    strategy: { type: "string" },
    "local-steps": { type: "string" },
    codec: { type: "string" },
    json: { type: "string" },
  },
});
const recipe = findRecipe("lenet5-mnist");
const { length } = parameterLayout(recipe.model);

const [role, url] = positionals;
if (role === "workers") runManyWorkers(url as string, WORKERS, STEP_MS / STEP_SAMPLES, sampleBytesOf(recipe));
else {
  bundleApp("coordinator");
  const bars: Bar[] = [];
  for (const way of chosenWays()) bars.push(...(await measureBytes(way)));
  reportBars(bars, values.json);
}

function chosenWays(): readonly Way[] {
  const { strategy = "sync", "local-steps": localSteps = "1", codec = "fp32" } = values;
  const options = (["strategy", "local-steps", "codec"] as const).flatMap((option) =>
    values[option] === undefined ? [] : [`--${option}`, values[option]],
  );
  if (options.length === 0) return ways;
  const bytes = { fp32: 4, fp16: 2, int8: 1 }[codec] ?? Number.NaN;
  const steps = Number(localSteps);
  return [{ name: `${strategy}, ${codec}`, options, upBytes: bytes, downBytes: bytes, steps }];
}

async function measureBytes(way: Way): Promise<Bar[]> {
  const options = ["--epochs", "1000", "--test-samples", "8", ...way.options];
  const coordinator = await CoordinatorProcess.start(options);
  const worker = fork(process.argv[1] as string, ["workers", coordinator.url]);
  try {
    const before = await look(coordinator, WARM_UP_STEPS);
    const after = await look(coordinator, before.step + WINDOW_STEPS);
    const steps = after.step - before.step;
    const rows = (direction: "up" | "down", bytes: number, elementBytes: number): Bar[] => {
      const name = `LeNet-5, ${way.name}, a step of a worker, ${direction}`;
      const shown = { unit: "bytes", limit: "at most", must: null, aim: null } as const;
      return [
        { name, value: bytes / steps, ...shown },
        { name: `${name}, the vectors alone`, value: (elementBytes * length) / way.steps, ...shown },
      ];
    };
    return [
      ...rows("up", after.receivedBytes - before.receivedBytes, way.upBytes),
      ...rows("down", after.sentBytes - before.sentBytes, way.downBytes),
    ];
  } finally {
    worker.disconnect();
    await coordinator.stop();
  }
}

async function look(coordinator: CoordinatorProcess, from: number) {
  const { step } = await coordinator.runUntil(`step ${from}`, (run) => run.step >= from);
  return { step, ...(await coordinator.traffic()) };
}
