/** What it costs that an engine does not work alone: coordinator, sockets, a page that has to be opened. */
import { execFileSync } from "node:child_process";
import { createWasmEngine } from "@convoy/engine-wasm";
import { initializeParameters, parameterLayout } from "@convoy/models";
import { type Browser, chromium } from "playwright";
import { bundleApp, CoordinatorProcess, startHeadlessWorker } from "../src/coordinator-process.ts";
import { batchOf, taskOf, workloads } from "./workload.ts";

const WARM_UP_STEPS = 100;
const WINDOW_MS = 6000;

export interface StepCost {
  readonly wholeMs: number;
  readonly bareMs: number;
}

export const StepCost = {
  /** Medians of windows in which the whole system and the bare engine take turns. */
  async measure(windows: number): Promise<StepCost> {
    bundleApp("coordinator");
    bundleApp("headless-worker");
    const whole: number[] = [];
    const bare: number[] = [];
    for (let i = 0; i < windows; i++) {
      whole.push(await wholeStepMs());
      bare.push(await bareStepMs());
    }
    return { wholeMs: medianOf(whole), bareMs: medianOf(bare) };
  },
};

async function wholeStepMs(): Promise<number> {
  const coordinator = await CoordinatorProcess.start(["--epochs", "1000", "--new"]);
  const worker = startHeadlessWorker(coordinator.url, "Only one");
  try {
    const before = await coordinator.runUntil("the first steps", ({ step }) => step >= WARM_UP_STEPS);
    const startedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
    const after = await coordinator.run();
    return (performance.now() - startedAt) / (after.step - before.step);
  } finally {
    worker.kill();
    await coordinator.stop();
  }
}

/** As a worker has it: new parameters before every gradient. */
async function bareStepMs(): Promise<number> {
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
  for (; performance.now() - startedAt < WINDOW_MS; steps++) await step();
  const ms = (performance.now() - startedAt) / steps;
  engine.dispose();
  return ms;
}

/** From a tab that is opened to the first of its shards that is counted; the browser itself runs already. */
export async function firstStepSeconds(root: string, times: number): Promise<number> {
  const build = [
    "node_modules/turbo/bin/turbo",
    "run",
    "build",
    "--filter=@convoy/dashboard",
    "--output-logs=errors-only",
  ];
  execFileSync(process.execPath, build, { cwd: root, stdio: "ignore" });
  const coordinator = await CoordinatorProcess.start(["--epochs", "1000"]);
  const browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
  try {
    const seconds: number[] = [];
    for (let i = 0; i < times; i++) seconds.push(await openTab(coordinator, browser, `Tab ${i}`));
    return medianOf(seconds);
  } finally {
    await browser.close();
    await coordinator.stop();
  }
}

async function openTab(coordinator: CoordinatorProcess, browser: Browser, name: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const startedAt = performance.now();
  await page.goto(`${coordinator.url}/worker/?start=1&name=${encodeURIComponent(name)}`, { waitUntil: "commit" });
  await coordinator.runUntil("its first shard", ({ workers }) =>
    workers.some((worker) => worker.name === name && worker.shards > 0),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await context.close();
  return seconds;
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
