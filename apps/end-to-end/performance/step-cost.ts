/** What it costs a step that an engine does not work alone: coordinator, sockets, checks, sum, optimizer. */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { createWasmEngine } from "@convoy/engine-wasm";
import { initializeParameters, parameterLayout } from "@convoy/models";
import { bundleApp, CoordinatorProcess, startHeadlessWorker } from "../src/coordinator-process.ts";
import { medianOf } from "./median.ts";
import { batchOf, taskOf, workloads } from "./workload.ts";

const WARM_UP_STEPS = 100;
/** Shorter than an epoch at any speed: no test set is measured within it. */
const WINDOW_MS = 3500;
const EPOCH_STEPS = 938;

/** Milliseconds a step; NaN for what a system does not tell. */
export interface StepTimes {
  /** In the first epoch, in which every sample has to travel. */
  readonly first: number;
  /** In a later one, for which a single worker has them all. */
  readonly later: number;
  /** On the engine alone, which gets new parameters each time. */
  readonly bare: number;
  /** Processor time in a later epoch: of the coordinator, of all workers together. Only Linux tells. */
  readonly coordinatorProcessor: number;
  readonly workerProcessor: number;
  readonly bareProcessor: number;
}

export interface StepCostOptions {
  readonly rounds: number;
  readonly workers?: number;
}

/** Medians of rounds in which the whole system and the bare engine take turns. */
export async function measureStepCost({ rounds, workers = 1 }: StepCostOptions): Promise<StepTimes> {
  bundleApp("coordinator");
  bundleApp("headless-worker");
  const all: StepTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    all.push({ ...(await wholeSystem(workers)), ...(await bareEngine()) });
  }
  const median = (name: keyof StepTimes) => medianOf(all.map((times) => times[name]));
  return {
    first: median("first"),
    later: median("later"),
    bare: median("bare"),
    coordinatorProcessor: median("coordinatorProcessor"),
    workerProcessor: median("workerProcessor"),
    bareProcessor: median("bareProcessor"),
  };
}

async function wholeSystem(workerCount: number) {
  const coordinator = await CoordinatorProcess.start(["--epochs", "1000", "--new"]);
  const workers = Array.from({ length: workerCount }, (_, i) => startHeadlessWorker(coordinator.url, `Number ${i}`));
  try {
    await coordinator.runUntil("the first steps", ({ step }) => step >= WARM_UP_STEPS);
    const first = await window(coordinator, workers);
    await coordinator.runUntil(
      "the second epoch",
      ({ step, state }) => step >= EPOCH_STEPS + WARM_UP_STEPS && state === "training",
    );
    const { ms, coordinatorProcessor, workerProcessor } = await window(coordinator, workers);
    return { first: first.ms, later: ms, coordinatorProcessor, workerProcessor };
  } finally {
    for (const worker of workers) worker.kill();
    await coordinator.stop();
  }
}

async function window(coordinator: CoordinatorProcess, workers: readonly ChildProcess[]) {
  const processorOfWorkers = () => workers.reduce((sum, { pid }) => sum + processorMs(pid as number), 0);
  const before = await coordinator.run();
  const startedAt = performance.now();
  const processor = [processorMs(coordinator.pid), processorOfWorkers()] as const;
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
  const steps = (await coordinator.run()).step - before.step;
  return {
    ms: (performance.now() - startedAt) / steps,
    coordinatorProcessor: (processorMs(coordinator.pid) - processor[0]) / steps,
    workerProcessor: (processorOfWorkers() - processor[1]) / steps,
  };
}

/** What a process has used of the processor so far, in milliseconds. */
function processorMs(pid: number): number {
  if (process.platform !== "linux") return Number.NaN;
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the name, which may hold anything: the 12th and 13th are user and system time, in hundredths of a second.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** As a worker has it: new parameters before every gradient. */
async function bareEngine() {
  const { model } = workloads.lenet5;
  const engine = await createWasmEngine()(taskOf(workloads.lenet5));
  const layout = parameterLayout(model);
  const parameters = initializeParameters(layout, { type: "pytorch-default" }, 1);
  const gradient = new Float32Array(layout.length);
  const batch = batchOf(workloads.lenet5);
  const step = () => {
    engine.setParameters(parameters);
    return engine.computeGradient(batch, gradient);
  };
  for (let i = 0; i < WARM_UP_STEPS; i++) await step();
  let steps = 0;
  const startedAt = performance.now();
  const processor = process.cpuUsage();
  for (; performance.now() - startedAt < WINDOW_MS; steps++) await step();
  const bare = (performance.now() - startedAt) / steps;
  const { user, system } = process.cpuUsage(processor);
  engine.dispose();
  return { bare, bareProcessor: (user + system) / 1000 / steps };
}
