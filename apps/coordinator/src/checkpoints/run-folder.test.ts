import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { positionOf, type RunPosition, startCoordinator } from "@convoy/coordination";
import { readSafetensors } from "@convoy/model-files";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { RUN } from "../run/test-frames.ts";
import { tinyDataset, tinyLayout, tinySettings } from "../run/test-run-loop.ts";
import { fileThread } from "../test-threads.ts";
import { temporaryName } from "../write-atomically.ts";
import { LargeFiles } from "./large-files.ts";
import { RunFolder } from "./run-folder.ts";

let dataDir: string;
let errors: Error[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "convoy-"));
  errors = [];
});
afterEach(() => rm(dataDir, { recursive: true }));
const files = new LargeFiles(fileThread());
afterAll(() => files.close());

const dataset = { name: "tiny", trainCount: 85, testCount: 20, sha256: "0".repeat(64) };
const facts = () => ({
  path: join(dataDir, "runs", RUN),
  settings: tinySettings,
  dataset,
  files,
  onError: (error: Error) => errors.push(error),
});
const create = () => RunFolder.create(facts());
const parameters = (value: number) => new Float32Array(tinyLayout.length).fill(value);

const startOfRun = positionOf(startCoordinator(tinySettings, tinyDataset.test.labels, 0), 0);
/** After that many steps, four an epoch. */
function positionAt(step: number): RunPosition {
  const epoch = Math.floor(step / 4);
  return { ...startOfRun, version: step, step, epoch: { ...startOfRun.epoch, epoch, batches: step % 4 } };
}

test("the folder of a run has its settings and its tables", async () => {
  const folder = await create();
  folder.addLoss({ step: 1, loss: 2.5 });
  folder.addLoss({ step: 2, loss: 2.25 });
  folder.addEpoch({
    epoch: 1,
    step: 2,
    loss: 2.375,
    trainingAccuracy: 0.25,
    testLoss: 2,
    testAccuracy: 0.5,
    durationMs: 1234.5678,
  });
  await folder.close();
  expect(folder.path).toBe(join(dataDir, "runs", RUN));
  const read = (name: string) => readFile(join(folder.path, name), "utf8");
  expect(await read("losses.csv")).toBe("step,loss\n1,2.5\n2,2.25\n");
  expect(await read("epochs.csv")).toBe(
    "epoch,step,loss,training_accuracy,test_loss,test_accuracy,duration_ms\n1,2,2.375,0.25,2,0.5,1235\n",
  );
  expect(JSON.parse(await read("run.json"))).toEqual(JSON.parse(JSON.stringify(tinySettings)));
  expect(errors).toEqual([]);
});

test("parameters replace the older ones, and nothing temporary is left", async () => {
  const folder = await create();
  await folder.saveParameters("parameters", parameters(1), 1);
  const path = await folder.saveParameters("parameters", parameters(2), 2);
  await folder.close();
  expect(path).toBe(join(folder.path, "parameters.safetensors"));
  expect(readSafetensors(await readFile(path), tinySettings.recipe.model)).toEqual(parameters(2));
  expect((await readdir(folder.path)).toSorted()).toEqual([
    "checkpoints",
    "epochs.csv",
    "losses.csv",
    "parameters.safetensors",
    "run.json",
  ]);
});

test("the file says which run, recipe, seed and step it is of", async () => {
  const folder = await create();
  const text = (await readFile(await folder.saveParameters("parameters", parameters(1), 412))).toString("latin1");
  await folder.close();
  expect(text).toContain(JSON.stringify({ format: "pt", run: RUN, recipe: "tiny", seed: "5", step: "412" }));
});

test("a write that fails leaves neither a part nor anything temporary", async () => {
  const folder = await create();
  // A folder in its place cannot be replaced by a file.
  const inTheWay = join(folder.path, "parameters.safetensors");
  await mkdir(inTheWay);
  await writeFile(join(inTheWay, "kept"), "kept");
  await expect(folder.saveParameters("parameters", parameters(1), 1)).rejects.toThrow();
  await folder.close();
  expect(await readFile(join(inTheWay, "kept"), "utf8")).toBe("kept");
  expect((await readdir(folder.path)).toSorted()).toEqual([
    "checkpoints",
    "epochs.csv",
    "losses.csv",
    "parameters.safetensors",
    "run.json",
  ]);
});

test("a disk that fails later is told, and the run goes on", async () => {
  await mkdir(join(dataDir, "runs", RUN, "losses.csv"), { recursive: true });
  const folder = await create();
  for (let step = 1; step <= 3; step++) folder.addLoss({ step, loss: 1 });
  await folder.saveParameters("parameters", parameters(1), 1);
  await folder.close();
  expect(errors).toHaveLength(1);
  expect(await readFile(join(folder.path, "epochs.csv"), "utf8")).toMatch(/^epoch,step/);
});

const epoch = (number: number) => ({
  epoch: number,
  step: 4 * number,
  loss: 1 / 3,
  trainingAccuracy: 0.1,
  testLoss: 2.5,
  testAccuracy: 0.3,
  durationMs: 1000,
});

test("a run that goes on from a checkpoint has every step before it once, and goes on from there", async () => {
  const first = await create();
  for (let step = 1; step <= 8; step++) first.addLoss({ step, loss: 1 / step });
  for (const number of [1, 2]) first.addEpoch(epoch(number));
  await first.close();
  const { folder, history } = await RunFolder.reopen(facts(), positionAt(6));
  expect(history.losses).toEqual([1, 2, 3, 4, 5, 6].map((step) => ({ step, loss: 1 / step })));
  expect(history.epochs).toEqual([epoch(1)]);
  folder.addLoss({ step: 7, loss: 0.5 });
  folder.addEpoch(epoch(2));
  await folder.close();
  const read = (name: string) => readFile(join(folder.path, name), "utf8");
  const steps = (await read("losses.csv")).trim().split("\n").slice(1);
  expect(steps.map((line) => line.split(",")[0])).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
  expect((await read("epochs.csv")).trim().split("\n")).toHaveLength(3);
  expect(errors).toEqual([]);
});

test("what a checkpoint counts on is on the disk before it counts", async () => {
  const folder = await create();
  folder.addLoss({ step: 1, loss: 0.5 });
  await folder.saveCheckpoint({
    position: positionAt(1),
    parameters: parameters(1),
    optimizerState: new Map(),
    master: null,
  });
  expect(await readFile(join(folder.path, "losses.csv"), "utf8")).toBe("step,loss\n1,0.5\n");
  expect((await readdir(join(folder.path, "checkpoints"))).toSorted()).toEqual([
    "checkpoint-000001.json",
    "checkpoint-000001.safetensors",
  ]);
  await folder.close();
});

test("what interrupted writes have left is swept away when the run goes on", async () => {
  await (await create()).close();
  const left = [facts().path, join(facts().path, "checkpoints")].map((path) => join(path, temporaryName("file")));
  for (const path of left) await writeFile(path, "a part");
  const { folder } = await RunFolder.reopen(facts(), positionAt(0));
  await folder.close();
  for (const path of left) await expect(readFile(path)).rejects.toThrow("ENOENT");
});
