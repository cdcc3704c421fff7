/**
 * `npm run bench:rounds`: synchronous rounds in a second, with 64 workers over real sockets on this machine and LeNet-5's
 * parameters there and its gradient back. The workers are in another process, and their engines sleep.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { findRecipe, parameterLayout } from "@convoy/models";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { bundleApp, CoordinatorProcess, runCoordinator } from "../src/coordinator-process.ts";
import { runManyWorkers, sampleBytesOf } from "./many-workers.ts";

const SHARD_SAMPLES = 8;
const WARM_UP_MS = 10_000;
/** LeNet-5's on a laptop; and so slow an engine that nearly all workers are asked for something in every round. */
const QUICK_SHARD_MS = 0.625;
const SLOW_SHARD_MS = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: "64" },
    "shard-ms": { type: "string", default: "0" },
    seconds: { type: "string", default: "10" },
    /** One alone; each that the coordinator has, without. */
    codec: { type: "string" },
    /** For Node.js as it runs coordinator and workers: --node=--cpu-prof. */
    node: { type: "string", multiple: true, default: [] },
    json: { type: "string" },
  },
});
const workers = Number(values.workers);
/** A shard for each worker. */
const recipe = { ...findRecipe("lenet5-mnist"), name: "lenet5-rounds", batchSize: SHARD_SAMPLES * workers };
const vectorMegabytes = (4 * parameterLayout(recipe.model).length) / 1e6;

const [role, url] = positionals;
if (role === "workers") {
  runManyWorkers(url as string, workers, Number(values["shard-ms"]) / SHARD_SAMPLES, sampleBytesOf(recipe));
} else {
  bundleApp("coordinator");
  const bars: Bar[] = [];
  for (const codec of await codecs()) {
    bars.push(...(await measureRounds(codec, SLOW_SHARD_MS)), ...(await measureRounds(codec, QUICK_SHARD_MS)));
  }
  reportBars(bars, values.json);
}

async function codecs(): Promise<string[]> {
  if (values.codec !== undefined) return [values.codec];
  const { output } = await runCoordinator(["--help"]);
  return output.includes("--codec") ? ["fp32", "int8"] : ["fp32"];
}

async function measureRounds(codec: string, shardMs: number): Promise<Bar[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "convoy-rounds-"));
  const file = path.join(folder, "recipe.json");
  writeFileSync(file, JSON.stringify(recipe));
  const options = ["--strategy", "sync", "--recipe", file, "--epochs", "10000", "--test-samples", "64"];
  if (codec !== "fp32") options.push("--codec", codec);
  const coordinator = await CoordinatorProcess.start(options, { nodeOptions: values.node });
  const crowdOptions = ["--workers", String(workers), "--shard-ms", String(shardMs)];
  const crowd = fork(process.argv[1] as string, ["workers", coordinator.url, ...crowdOptions], {
    execArgv: values.node,
  });
  try {
    await coordinator.runUntil("everybody's first shard", isComplete, 60_000);
    await pause(WARM_UP_MS);
    return await barsOf(coordinator, crowd, codec, shardMs);
  } finally {
    crowd.disconnect();
    await coordinator.stop();
    rmSync(folder, { recursive: true });
  }
}

function isComplete(run: Awaited<ReturnType<CoordinatorProcess["run"]>>): boolean {
  return run.workers.filter(({ shards }) => shards > 0).length === workers;
}

async function barsOf(
  coordinator: CoordinatorProcess,
  { pid }: ChildProcess,
  codec: string,
  shardMs: number,
): Promise<Bar[]> {
  const look = async () => ({
    step: (await coordinator.run()).step,
    at: performance.now(),
    ...(await coordinator.traffic()),
    coordinatorMs: processorMs(coordinator.pid),
    workersMs: processorMs(pid as number),
  });
  const before = await look();
  await pause(1000 * Number(values.seconds));
  const after = await look();
  const rounds = after.step - before.step;
  const name = `LeNet-5, ${codec}, ${workers} workers of ${shardMs} ms a shard`;
  const perSecond = (1000 * rounds) / (after.at - before.at);
  const perRound = (field: Exclude<keyof typeof before, "step" | "at">) => (after[field] - before[field]) / rounds;
  const shown = (what: string, value: number, unit: string): Bar => {
    return { name: `${name}: ${what}`, value, unit, limit: "at most", must: null, aim: null };
  };
  const bounds =
    shardMs === QUICK_SHARD_MS
      ? { must: null, aim: null }
      : codec === "int8"
        ? { must: 90, aim: 200 }
        : { must: 30, aim: 70 };
  const bars: Bar[] = [
    { name: `${name}: rounds`, value: perSecond, unit: "/s", limit: "at least", ...bounds },
    shown("processor of a round, coordinator", perRound("coordinatorMs"), "ms"),
    shown("processor of a round, all workers", perRound("workersMs"), "ms"),
    shown("sent in a round", perRound("sentBytes") / 1e6, "MB"),
    shown("received in a round", perRound("receivedBytes") / 1e6, "MB"),
  ];
  // With another codec a contribution has another length.
  if (codec === "fp32") {
    bars.push(shown("contributions of a round", perRound("receivedBytes") / 1e6 / vectorMegabytes, ""));
  }
  return bars;
}

/** What a process has used of the processor so far, in steps of ten milliseconds; only Linux tells. */
function processorMs(pid: number): number {
  if (process.platform !== "linux") return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
