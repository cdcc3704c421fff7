/**
 * `npm run bench:bytes`: what a step of LeNet-5 sends and receives for each worker, counted on the coordinator's sockets,
 * beside what its vectors alone take. `--strategy`, `--local-steps` and `--codec` measure that way of working alone.
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { findRecipe, parameterLayout } from "@convoy/models";
import { type CodecName, codecNames } from "@convoy/protocol";
import { encodedBytes, encodingOf } from "@convoy/vectors";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { bundleApp, CoordinatorProcess } from "../src/coordinator-process.ts";
import { runManyWorkers, sampleBytesOf } from "./many-workers.ts";

/** One that computes all of each batch: a step is a round of one contribution. */
const WORKERS = 1;
const STEP_SAMPLES = 64;
const STEP_MS = 1;
const WARM_UP_STEPS = 50;
/** So many that the few that pass while one looks do not count. */
const WINDOW_STEPS = 4000;

interface Way {
  readonly strategy: string;
  readonly codec: CodecName;
  /** Of a stretch; 1 in `sync`. */
  readonly localSteps: number;
}

const ways: readonly Way[] = [
  { strategy: "sync", codec: "fp32", localSteps: 1 },
  { strategy: "sync", codec: "int8", localSteps: 1 },
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
  const { strategy, "local-steps": localSteps, codec } = values;
  if (strategy === undefined && localSteps === undefined && codec === undefined) return ways;
  const chosen = codecNames.find((name) => name === codec) ?? "fp32";
  return [{ strategy: strategy ?? "sync", codec: chosen, localSteps: Number(localSteps ?? "1") }];
}

function optionsOf({ strategy, codec, localSteps }: Way): string[] {
  const steps = strategy === "local" ? ["--local-steps", String(localSteps)] : [];
  return ["--strategy", strategy, "--codec", codec, ...steps];
}

/** Of one vector, without its frame. */
function vectorBytes(codec: CodecName): number {
  if (codec === "fp32") return 4 * length;
  return encodedBytes(encodingOf(codec), length);
}

async function measureBytes(way: Way): Promise<Bar[]> {
  const options = ["--epochs", "1000", "--test-samples", "8", ...optionsOf(way)];
  const coordinator = await CoordinatorProcess.start(options);
  const worker = fork(process.argv[1] as string, ["workers", coordinator.url]);
  try {
    const before = await look(coordinator, WARM_UP_STEPS);
    const after = await look(coordinator, before.step + WINDOW_STEPS);
    const steps = after.step - before.step;
    const rows = (direction: "up" | "down", bytes: number, codec: CodecName): Bar[] => {
      const name = `LeNet-5, ${way.strategy}, ${way.codec}, a step of a worker, ${direction}`;
      const shown = { unit: "bytes", limit: "at most", must: null, aim: null } as const;
      return [
        { name, value: bytes / steps, ...shown },
        { name: `${name}, the vectors alone`, value: vectorBytes(codec) / way.localSteps, ...shown },
      ];
    };
    return [
      ...rows("up", after.receivedBytes - before.receivedBytes, way.codec),
      // The hundredth that top-k sends is for what workers send alone.
      ...rows("down", after.sentBytes - before.sentBytes, way.codec === "top-k" ? "int8" : way.codec),
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
