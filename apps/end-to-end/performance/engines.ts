/**
 * `npm run bench:engines`: one step of each network on each engine, in Chromium and in Node, beside PyTorch on the same
 * cores. Medians of rounds in which everybody takes a turn, so that a machine that grows busier does nobody a favour.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { createWasmEngine, memoryBytesFor } from "@convoy/engine-wasm";
import { parameterLayout } from "@convoy/models";
import { type Bar, reportBars } from "../reliability/bars.ts";
import { BrowserWorker } from "./browser-worker.ts";
import { EngineTimer, type Timing, workOf } from "./engine-timer.ts";
import { medianOf } from "./median.ts";
import type { BrowserEngine } from "./page/engine-factories.ts";
import type { MeasureRequest } from "./page/measure.ts";
import { measureStepCost } from "./step-cost.ts";
import { measureStretches } from "./stretches.ts";
import { TorchRival } from "./torch-rival.ts";
import { firstStepSeconds } from "./whole-system.ts";
import { taskOf, type WorkloadName, workloads } from "./workload.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    json: { type: "string" },
    /** Nothing but the steps of a stretch, one way and the other, of this network. */
    stretches: { type: "string" },
  },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error("--rounds must be a number from 1.");

const root = path.join(import.meta.dirname.slice(0, import.meta.dirname.lastIndexOf("apps")));

/** Somebody who takes steps. */
interface Contestant {
  readonly name: string;
  readonly workload: WorkloadName;
  measure(): Promise<Timing>;
}

const browser = await BrowserWorker.open({ script: path.join(root, "apps/end-to-end/performance/page/measure.ts") });
const torch = values.stretches !== undefined ? null : await TorchRival.open(root);
try {
  if (values.stretches !== undefined) {
    reportBars(await measureStretches(browser, rounds, values.stretches), values.json);
  } else await measureAll();
} finally {
  torch?.close();
  await browser.close();
}

async function measureAll(): Promise<void> {
  const contestants: Contestant[] = [];
  for (const workload of ["lenet5", "alexnet-small", "alexnet"] as const) {
    if (torch !== null) contestants.push(torchWith(torch, workload, 1), torchWith(torch, workload, 2));
    contestants.push(await inNode(workload));
    for (const engine of enginesFor(workload)) contestants.push(await inBrowser(engine, workload));
  }
  const limit = await inBrowser("wasm", "limit");
  const timings = await takeTurns([...contestants, limit]);
  show(contestants, limit, timings);
  const stretches = [
    await measureStretches(browser, rounds, "lenet5"),
    await measureStretches(browser, 1, "alexnet-small"),
  ];
  reportBars([...barsOf(timings), ...stretches.flat(), ...(await wholeSystemBars())], values.json);
}

async function wholeSystemBars(): Promise<Bar[]> {
  const shown = { limit: "at most", must: null, aim: null } as const;
  const { first, later, bare } = await measureStepCost({ rounds: 5 });
  const one = "a step of lenet5 b64 with coordinator and one worker";
  return [
    { ...shown, name: `${one}, first epoch`, value: first, unit: "ms" },
    { ...shown, name: `${one}, a later epoch`, value: later, unit: "ms" },
    { ...shown, name: "the same on the bare engine, parameters set each time", value: bare, unit: "ms" },
    { ...shown, name: "coordination's cost per step, first epoch", value: first - bare, unit: "ms", must: 2, aim: 1 },
    { ...shown, name: "coordination's cost per step, later epoch", value: later - bare, unit: "ms", must: 2, aim: 1 },
    {
      ...shown,
      name: "a tab opened to its first counted shard",
      value: await firstStepSeconds(root, 3),
      unit: "s",
      must: 3,
      aim: 1,
    },
  ];
}

/** Stock TensorFlow.js takes minutes for a step of AlexNet on a software adapter. */
function enginesFor(workload: WorkloadName): BrowserEngine[] {
  const own: BrowserEngine[] = ["wasm", "wasm, fused", "wasm, 2 threads"];
  return workload === "lenet5" ? [...own, "webgpu", "tfjs-wasm", "tfjs-webgpu"] : own;
}

function torchWith(rival: TorchRival, workload: WorkloadName, threads: number): Contestant {
  const measure = async () => ({ ms: await rival.measure(workloads[workload], threads), scriptMs: Number.NaN });
  return { name: `PyTorch, ${threads} ${threads === 1 ? "thread" : "threads"}`, workload, measure };
}

async function inNode(workload: WorkloadName): Promise<Contestant> {
  const timer = await EngineTimer.prepare(createWasmEngine(), workloads[workload]);
  return { name: "wasm, Node", workload, measure: () => timer.measure(workloads[workload].steps) };
}

async function inBrowser(engine: BrowserEngine, workload: WorkloadName): Promise<Contestant> {
  process.stdout.write(`Preparing ${engine} for ${workload} …\n`);
  const ask = (steps: number) => browser.ask({ engine, workload, steps } satisfies MeasureRequest) as Promise<Timing>;
  await ask(0);
  // A stock WebGPU step takes seconds on a software adapter.
  const steps =
    engine === "tfjs-webgpu" ? 1 : workload === "limit" ? -workloads.limit.steps : workloads[workload].steps;
  return { name: engine, workload, measure: () => ask(steps) };
}

async function takeTurns(contestants: readonly Contestant[]): Promise<Map<string, Timing>> {
  const all = new Map<string, Timing[]>(contestants.map((contestant) => [keyOf(contestant), []]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) all.get(keyOf(contestant))?.push(await contestant.measure());
    process.stdout.write(`Round ${round + 1} of ${rounds}\n`);
  }
  return new Map(
    [...all].map(([key, timings]) => [
      key,
      { ms: medianOf(timings.map(({ ms }) => ms)), scriptMs: medianOf(timings.map(({ scriptMs }) => scriptMs)) },
    ]),
  );
}

function keyOf({ name, workload }: Pick<Contestant, "name" | "workload">): string {
  return `${workload}: ${name}`;
}

function show(contestants: readonly Contestant[], limit: Contestant, timings: ReadonlyMap<string, Timing>): void {
  const limitMs = timings.get(keyOf(limit))?.ms ?? Number.NaN;
  const mostPerSecond = workOf(workloads.limit, true) / limitMs / 1e6;
  const rows = contestants.map((contestant) => {
    const { ms, scriptMs } = timings.get(keyOf(contestant)) as Timing;
    const perSecond = workOf(workloads[contestant.workload]) / ms / 1e6;
    const share = `${((100 * perSecond) / mostPerSecond).toFixed(0)} %`;
    return [
      keyOf(contestant),
      ms.toFixed(2),
      Number.isNaN(scriptMs) ? "" : scriptMs.toFixed(2),
      perSecond.toFixed(1),
      share,
    ];
  });
  const table = [["", "ms a step", "of it script", "GFLOP/s", "of one core's limit"], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => (row[column] as string).length)));
  const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  "));
  process.stdout.write(
    `\nPyTorch ${torch?.version ?? "is not installed"}; one core's limit in WASM: ${mostPerSecond.toFixed(1)} GFLOP/s\n`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}

function barsOf(timings: ReadonlyMap<string, Timing>): Bar[] {
  const ms = (workload: WorkloadName, name: string) => timings.get(keyOf({ workload, name }))?.ms ?? Number.NaN;
  const atMost = (name: string, value: number, unit: string, must: number, aim: number): Bar => {
    return { name, value, unit, limit: "at most", must, aim };
  };
  const ratio = (workload: WorkloadName, must: number, aim: number): Bar => {
    const name = `wasm in Chromium, 1 thread, ${workload} b${workloads[workload].samples} : PyTorch, 1 thread`;
    return atMost(name, ms(workload, "wasm") / ms(workload, "PyTorch, 1 thread"), "×", must, aim);
  };
  const script = timings.get(keyOf({ workload: "lenet5", name: "webgpu" }))?.scriptMs ?? Number.NaN;
  return [
    ratio("lenet5", 2, 1),
    atMost(
      "wasm in Chromium, 2 threads, lenet5 b64 : PyTorch, 2 threads",
      ms("lenet5", "wasm, 2 threads") / ms("lenet5", "PyTorch, 2 threads"),
      "×",
      2.2,
      1,
    ),
    ratio("alexnet-small", 3, 1.5),
    ratio("alexnet", 5, 2),
    {
      name: "tfjs-webgpu : webgpu, lenet5 b64, software adapter",
      value: ms("lenet5", "tfjs-webgpu") / ms("lenet5", "webgpu"),
      unit: "×",
      limit: "at least",
      must: 40,
      aim: 60,
    },
    atMost("JavaScript of a webgpu step, lenet5 b64", script, "ms", 0.3, 0.15),
    atMost("wasm memory of a step of alexnet beyond parameters and gradients", memoryBeyond() * 1e-9, "GB", 1.5, 0.8),
  ];
}

/** Whatever the batch: it is computed part by part. */
function memoryBeyond(): number {
  const { length } = parameterLayout(workloads.alexnet.model);
  return memoryBytesFor(taskOf(workloads.alexnet)) - 2 * 4 * length;
}
