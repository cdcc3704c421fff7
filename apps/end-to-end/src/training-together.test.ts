/**
 * The whole product, production build: a coordinator, a tab on WebGPU (in software), tabs on WASM, a headless worker;
 * one tab is killed on the way and one comes late.
 */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { drawBuiltInDigits, firstSamples, shardCount } from "@convoy/datasets";
import { createTfjsEngine } from "@convoy/engine-tfjs";
import { wasmDirectory } from "@convoy/engine-tfjs/wasm-directory";
import { findRecipe } from "@convoy/models";
import type { RunView } from "@convoy/protocol";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CoordinatorProcess, startHeadlessWorker } from "./coordinator-process.ts";
import { readVector } from "./read-safetensors.ts";
import { trainAlone } from "./single-process-run.ts";

const SEED = 7;
/** Of the built-in digits. Whoever drives a browser has all that travels told to it, so that a step takes ten times as long. */
const SAMPLES = 12_800;
/** One epoch of them. */
const STEPS = 200;
/** So many leases each worker is given, of a shard at least, however slow it proves. */
const TRIAL = 4;

let coordinator: CoordinatorProcess;
let browser: Browser;
let headless: ChildProcess | undefined;
const troubles: string[] = [];

beforeAll(async () => {
  coordinator = await CoordinatorProcess.start([
    ...`--epochs 1 --train-samples ${SAMPLES}`.split(" "),
    "--seed",
    String(SEED),
  ]);
  browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
});

afterAll(async () => {
  headless?.kill();
  await browser?.close();
  await coordinator?.stop();
});

async function openPage(address: string): Promise<Page> {
  // A context of its own is a person of its own: nothing is shared with the other tabs.
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (error) => troubles.push(`${address}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`${address}: ${message.text()}`);
  });
  await page.goto(`${coordinator.url}${address}`);
  return page;
}

function lend(name: string, engine: string): Promise<Page> {
  return openPage(`/worker/?start=1&engine=${engine}&name=${encodeURIComponent(name)}`);
}

const shardsOf = (run: RunView, name: string) => run.workers.find((worker) => worker.name === name)?.shards ?? 0;

test("tabs and a headless worker train one network together", async () => {
  const dashboard = await openPage("/");
  await dashboard.getByText("Waiting for workers").first().waitFor();
  await dashboard.getByText("built-in digits").first().waitFor();

  // Pages may take longer to open than the whole run takes: it rests while somebody comes.
  const graphics = await lend("Graphics tab", "webgpu");
  await coordinator.runUntil("a step computed on WebGPU", (run) => shardsOf(run, "Graphics tab") >= 8);
  await press(dashboard, "Pause");
  await lend("Steady tab", "wasm");
  headless = startHeadlessWorker(coordinator.url, "Headless worker");
  const three = await readyWorkers(["Graphics tab", "Headless worker", "Steady tab"]);
  expect(three.map(({ engine }) => engine?.split(" ")[0])).toEqual(["webgpu", "wasm", "wasm"]);
  await dashboard.getByRole("table", { name: "Workers" }).getByText("Headless worker").waitFor();
  await press(dashboard, "Resume");
  await coordinator.runUntil(
    "20 steps and everybody's part in them",
    (run) => run.step >= 20 && run.workers.every(({ shards }) => shards > 0),
  );
  const together = readVector(await coordinator.parameters());

  // One is killed while all are at work, one comes late, and then the tabs are left to themselves.
  await graphics.context().close();
  await press(dashboard, "Pause");
  await dashboard
    .getByText(/Graphics tab left/)
    .first()
    .waitFor();
  await lend("Late tab", "wasm");
  await readyWorkers(["Headless worker", "Late tab", "Steady tab"]);
  headless.kill();
  await readyWorkers(["Late tab", "Steady tab"]);
  await press(dashboard, "Resume");
  await coordinator.runUntil("the late tab's part", (run) => shardsOf(run, "Late tab") >= TRIAL);

  const end = await coordinator.runUntil("the end of the run", (run) => run.state === "finished", 400_000);
  expect(end.step).toBe(STEPS);
  // Every shard of the epoch is counted once, whoever computed it.
  const shards = end.workers.reduce((sum, worker) => sum + worker.shards, 0);
  expect(shards).toBe(shardCount(SAMPLES));
  const rows = new TextDecoder().decode(coordinator.read("losses.csv")).trim().split("\n").slice(1);
  const losses = rows.map((row) => row.split(",").map(Number));
  expect(losses.map(([step]) => step)).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));

  await dashboard
    .getByText(/Finished: \d/)
    .first()
    .waitFor();
  await dashboard
    .getByText(/Graphics tab left/)
    .first()
    .waitFor();
  await curveIsDrawn(dashboard);
  await evaluationIsShown(dashboard, end);
  await everyFormIsHad(dashboard);
  await expectSameChange(
    together,
    losses.map(([, loss]) => loss as number),
  );
  expect(troubles).toEqual([]);
});

/** Downloads the model from the page in each form, as a person does. */
async function everyFormIsHad(dashboard: Page): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const file of ["parameters.safetensors", "model.onnx", "model.json", "weights.bin"]) {
    const item = dashboard.getByRole("menuitem", { name: file });
    // Of two files that belong together, the second is had without opening the list again.
    if (!(await item.isVisible())) await dashboard.getByRole("button", { name: "Download the model" }).click();
    const downloading = dashboard.waitForEvent("download");
    await item.click();
    files.set(file, new Uint8Array(readFileSync(await (await downloading).path())));
    if (!file.endsWith(".json") && !file.endsWith(".bin")) await item.waitFor({ state: "hidden" });
  }
  expect(files.get("parameters.safetensors")).toEqual(coordinator.read("parameters.safetensors"));
  const { vector } = readVector(coordinator.read("parameters.safetensors"));
  const weights = files.get("weights.bin") as Uint8Array;
  expect(Buffer.from(weights).equals(Buffer.from(vector.buffer))).toBe(true);
  expect(JSON.parse(new TextDecoder().decode(files.get("model.json")))).toMatchObject({ format: "layers-model" });
  expect(files.get("model.onnx")?.length).toBeGreaterThan(vector.byteLength);
}

/** Presses a button of the dashboard, and waits for the coordinator to do as it was told. */
async function press(dashboard: Page, button: "Pause" | "Resume"): Promise<void> {
  await dashboard.getByRole("button", { name: button, exact: true }).click();
  await coordinator.runUntil(button, (run) => (run.state === "paused") === (button === "Pause"));
}

/** Waits until just these are there, each with nothing in hand, and returns them in the order of their names. */
async function readyWorkers(names: readonly string[]): Promise<RunView["workers"]> {
  const isPresent = ({ state }: RunView["workers"][number]) => state !== "left";
  const byName = (run: RunView) => run.workers.filter(isPresent).sort((a, b) => (a.name < b.name ? -1 : 1));
  const run = await coordinator.runUntil(
    `${names.join(", ")}, ready`,
    (run) =>
      byName(run)
        .map(({ name, state }) => `${name} ${state}`)
        .join() === names.map((name) => `${name} ready`).join(),
  );
  return byName(run);
}

/** Up to rounding, the parameters changed as they do in a single process, and so did the loss to the end, whoever came and went. */
async function expectSameChange(
  { vector: together, step }: { vector: Float32Array; step: number },
  losses: readonly number[],
): Promise<void> {
  const { vector: initial } = readVector(coordinator.read("parameters-initial.safetensors"));
  const engine = createTfjsEngine("wasm", { wasmPaths: wasmDirectory() });
  let alone = initial;
  const lossesAlone: number[] = [];
  const dataset = firstSamples(drawBuiltInDigits(), { train: SAMPLES, test: undefined });
  for await (const done of trainAlone(findRecipe("lenet5-mnist"), dataset, SEED, initial, engine)) {
    if (done.step <= step) alone = done.parameters;
    lossesAlone.push(done.loss);
  }
  const apart = relativeDistance(together, alone, initial);
  console.log(`The change of the parameters after ${step} steps, together and alone: ${apart.toExponential(2)} apart.`);
  expect(apart).toBeLessThan(1e-3);
  expect(losses).toEqual(lossesAlone.map((loss) => expect.closeTo(loss, 2)));
  // It was a change worth the name.
  expect(relativeDistance(alone, initial, new Float32Array(initial.length))).toBeGreaterThan(1e-3);
}

/** ‖a − b‖ / ‖b − origin‖ */
function relativeDistance(a: Float32Array, b: Float32Array, origin: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2;
    size += ((b[i] as number) - (origin[i] as number)) ** 2;
  }
  return Math.sqrt(difference / size);
}

/** Every sample of the test set is in the confusion matrix once, and those that are right on its diagonal. */
async function evaluationIsShown(dashboard: Page, { accuracy }: RunView): Promise<void> {
  const card = dashboard.getByRole("region", { name: "What it gets right and wrong" });
  const matrix = card.getByRole("region", { name: "Which class is taken for which" });
  const rows = await matrix
    .locator("tbody tr")
    .evaluateAll((found) =>
      found.map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent?.replaceAll(",", "")))),
    );
  expect(rows.map((row) => row.length)).toEqual(new Array(10).fill(10));
  expect(rows.flat().reduce((sum, count) => sum + count, 0)).toBe(10_000);
  expect(rows.reduce((sum, row, index) => sum + (row[index] as number), 0)).toBe(Math.round(10_000 * (accuracy ?? 0)));
  // The worst mistakes are pictures of digits, not of nothing.
  const picture = card.getByRole("img", { name: /^Test sample/ }).first();
  await expect.poll(() => picture.evaluate(lightPixelsOf), { timeout: 30_000 }).toBeGreaterThan(10);
}

function lightPixelsOf(element: Element): number {
  const canvas = element as HTMLCanvasElement;
  const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
  return data.filter((value, i) => i % 4 === 0 && value > 127).length;
}

/** The chart's canvas has been drawn upon. */
async function curveIsDrawn(dashboard: Page): Promise<void> {
  const colours = await dashboard
    .locator("canvas")
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const seen = new Set<string>();
      for (let i = 0; i < pixels.length; i += 4) seen.add(`${pixels[i]},${pixels[i + 1]},${pixels[i + 2]}`);
      return seen.size;
    });
  expect(colours).toBeGreaterThan(5);
}
