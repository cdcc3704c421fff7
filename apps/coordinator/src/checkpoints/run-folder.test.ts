import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RUN, tinyLayout, tinySettings } from "../run/test-run-loop.ts";
import { RunFolder } from "./run-folder.ts";

let dataDir: string;
let errors: Error[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "convoy-"));
  errors = [];
});
afterEach(() => rm(dataDir, { recursive: true }));

const create = () => RunFolder.create(dataDir, tinySettings, (error) => errors.push(error));
const parameters = (value: number) => new Float32Array(tinyLayout.length).fill(value);

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
  await folder.save("parameters", parameters(1), 1);
  const path = await folder.save("parameters", parameters(2), 2);
  await folder.close();
  expect(path).toBe(join(folder.path, "parameters.safetensors"));
  expect(new Uint8Array(await readFile(path))).toEqual(folder.encode(parameters(2), 2));
  expect((await readdir(folder.path)).toSorted()).toEqual([
    "epochs.csv",
    "losses.csv",
    "parameters.safetensors",
    "run.json",
  ]);
});

test("the file says which run, recipe, seed and step it is of", async () => {
  const folder = await create();
  const text = Buffer.from(folder.encode(parameters(1), 412)).toString("latin1");
  await folder.close();
  expect(text).toContain(JSON.stringify({ run: RUN, recipe: "tiny", seed: "5", step: "412" }));
});

test("a write that fails leaves neither a part nor anything temporary", async () => {
  const folder = await create();
  // A folder in its place cannot be replaced by a file.
  const inTheWay = join(folder.path, "parameters.safetensors");
  await mkdir(inTheWay);
  await writeFile(join(inTheWay, "kept"), "kept");
  await expect(folder.save("parameters", parameters(1), 1)).rejects.toThrow();
  await folder.close();
  expect(await readFile(join(inTheWay, "kept"), "utf8")).toBe("kept");
  expect((await readdir(folder.path)).toSorted()).toEqual([
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
  await folder.save("parameters", parameters(1), 1);
  await folder.close();
  expect(errors.length).toBeGreaterThan(0);
  expect(await readFile(join(folder.path, "epochs.csv"), "utf8")).toMatch(/^epoch,step/);
});
