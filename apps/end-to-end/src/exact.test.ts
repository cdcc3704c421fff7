/**
 * Exact runs, production build: real headless workers, killed and replaced at random, and a tab of Chromium beside one,
 * all take the very steps that one process takes alone, shard by shard.
 */
import type { ChildProcess } from "node:child_process";
import { drawBuiltInDigits } from "@convoy/datasets";
import { createWasmEngine } from "@convoy/engine-wasm";
import { RandomSequence } from "@convoy/foundation";
import { findRecipe } from "@convoy/models";
import type { RunView } from "@convoy/protocol";
import { ShardByShardEngine } from "@convoy/worker";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, afterEach, expect, test } from "vitest";
import { CoordinatorProcess, startHeadlessWorker } from "./coordinator-process.ts";
import { readVector } from "./read-safetensors.ts";
import { type StepAlone, trainAlone } from "./single-process-run.ts";

const SEED = 11;
/** Each run goes at least so far. */
const STEPS = 60;

let coordinator: CoordinatorProcess;
const workers = new Set<ChildProcess>();
let browser: Browser | undefined;

afterEach(async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  await coordinator.stop();
});
afterAll(() => browser?.close());

async function startRun(): Promise<void> {
  coordinator = await CoordinatorProcess.start(["--exact", "--seed", String(SEED)]);
}

function addWorker(): void {
  const worker = startHeadlessWorker(coordinator.url, "Worker");
  workers.add(worker);
  worker.on("exit", () => workers.delete(worker));
}

test.each([1, 2, 4])(
  "[E6] %i workers, killed and replaced at random, train bit for bit as one process",
  async (count) => {
    const random = new RandomSequence(count, "test");
    await startRun();
    for (let i = 0; i < count; i++) addWorker();
    let killed = 0;
    for (let step = random.below(15); step < STEPS; step += 8 + random.below(15)) {
      await coordinator.runUntil(`step ${step}`, (run) => run.step >= step);
      [...workers][random.below(workers.size)]?.kill("SIGKILL");
      addWorker();
      killed++;
    }
    await expectStepsAlone();
    expect(killed).toBeGreaterThan(2);
  },
);

test("[E6] a tab of Chromium beside a headless worker trains bit for bit as one process", async () => {
  browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
  await startRun();
  const dashboard = await openPage("/");
  await openPage("/worker/?start=1&name=Tab");
  // The first steps are the tab's alone. Later the quicker of the two may do all but the other's four trials.
  await coordinator.runUntil("the tab's steps", (run) => shardsOf(run, "Tab") >= 80);
  addWorker();
  await coordinator.runUntil("the worker's part", (run) => shardsOf(run, "Worker") >= 4);
  await expectExplainedLabel(dashboard);
  const { workers: both } = await expectStepsAlone();
  expect(both.map(({ engine }) => engine)).toEqual(new Array(2).fill("wasm on CPU, WASM SIMD"));
});

const shardsOf = (run: RunView, name: string) => run.workers.find((worker) => worker.name === name)?.shards ?? 0;

async function openPage(address: string): Promise<Page> {
  const page = await (await (browser as Browser).newContext()).newPage();
  await page.goto(`${coordinator.url}${address}`);
  return page;
}

/** The label is reached by keyboard, and then described for those who hear it. */
async function expectExplainedLabel(dashboard: Page): Promise<void> {
  const label = dashboard.getByRole("button", { name: "exact", exact: true });
  await label.focus();
  for (const key of ["Shift+Tab", "Tab"]) await dashboard.keyboard.press(key);
  const hint = dashboard.getByRole("tooltip");
  await hint.waitFor();
  expect(await hint.textContent()).toContain("the same to the last bit");
  expect(await label.getAttribute("aria-describedby")).toBe(await hint.getAttribute("id"));
  await dashboard.keyboard.press("Escape");
  await hint.waitFor({ state: "detached" });
}

/** Lets the run go far enough, ends it, and compares every loss and the last parameters. */
async function expectStepsAlone() {
  const end = await coordinator.runUntil(`step ${STEPS}`, (run) => run.step >= STEPS);
  expect(await coordinator.end("SIGINT")).toBe(0);
  const { vector, step } = readVector(coordinator.read("parameters.safetensors"));
  const { vector: initial } = readVector(coordinator.read("parameters-initial.safetensors"));
  expect(step).toBeGreaterThanOrEqual(STEPS);
  const losses = new TextDecoder().decode(coordinator.read("losses.csv")).trim().split("\n").slice(1);
  // A step may have been taken while the parameters were being saved.
  expect(losses.length).toBeGreaterThanOrEqual(step);
  const steps = await stepsAlone(initial, losses.length);
  expect(losses).toEqual(steps.map(({ step, loss }) => `${step},${loss}`));
  expect(bitsOf(vector)).toEqual(bitsOf(steps[step - 1]?.parameters as Float32Array));
  expect(bitsOf(vector)).not.toEqual(bitsOf(initial));
  return end;
}

let alone: AsyncGenerator<StepAlone> | undefined;
const taken: StepAlone[] = [];

/** The first steps of the same run in this process; those that an earlier test has asked for are not taken again. */
async function stepsAlone(initial: Float32Array, count: number): Promise<StepAlone[]> {
  const engine = createWasmEngine({ build: "simd" });
  alone ??= trainAlone(findRecipe("lenet5-mnist"), drawBuiltInDigits(), SEED, initial, async (task) => {
    return new ShardByShardEngine(await engine(task));
  });
  while (taken.length < count) taken.push((await alone.next()).value);
  return taken.slice(0, count);
}

/** Also the sign of a zero counts. */
function bitsOf(vector: Float32Array): Uint32Array {
  return new Uint32Array(vector.slice().buffer);
}
