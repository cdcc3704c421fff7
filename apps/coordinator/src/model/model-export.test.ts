import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors } from "@convoy/model-files";
import { findRecipe, parameterLayout } from "@convoy/models";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { LargeFiles } from "../checkpoints/large-files.ts";
import { StartError } from "../start-error.ts";
import { fileThread } from "../test-threads.ts";
import { ExportAtEnd } from "./export-at-end.ts";
import { prepareExport } from "./model-export.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-"));
});
afterEach(() => rm(folder, { recursive: true }));
const files = new LargeFiles(fileThread());
afterAll(() => files.close());

const recipe = findRecipe("lenet5-mnist");
const parameters = Float32Array.from({ length: parameterLayout(recipe.model).length }, (_, i) => Math.cos(i));
const snapshot = { settings: { run: "00112233445566ff", recipe, seed: 1 }, parameters, step: 9 };

/** What is in the folder after a run has ended, and what was said. */
async function exported(path: string): Promise<{ names: string[]; said: string[] }> {
  const said: string[] = [];
  const say = (sentence: string) => void said.push(sentence);
  const log = { info: say, warn: say } as unknown as ConstructorParameters<typeof ExportAtEnd>[2];
  const exporting = new ExportAtEnd(await prepareExport(path, recipe), files, log);
  exporting.onEnd(snapshot);
  await exporting.close();
  return { names: (await readdir(folder, { recursive: true })).toSorted(), said };
}

test("safetensors, in place of an older file", async () => {
  const path = join(folder, "model.safetensors");
  await writeFile(path, "older");
  expect(await exported(path)).toEqual({
    names: ["model.safetensors"],
    said: [`The model after step 9 is exported: ${path}`],
  });
  const read = readSafetensors(await readFile(path), recipe.model);
  expect(Buffer.from(read.buffer).equals(Buffer.from(parameters.buffer))).toBe(true);
});

test("ONNX", async () => {
  const path = join(folder, "model.onnx");
  expect((await exported(path)).names).toEqual(["model.onnx"]);
  expect((await readFile(path)).length).toBeGreaterThan(parameters.byteLength);
});

test.each([
  ["a folder that is made", "new/", ["new", "new/model.json", "new/weights.bin"], "new/model.json"],
  ["a folder that is there", "there", ["there", "there/model.json", "there/weights.bin"], "there/model.json"],
  ["a file that ends in .json", "mine.json", ["mine.json", "mine.weights.bin"], "mine.json"],
])("TensorFlow.js, to %s", async (_what, place, names, json) => {
  if (place === "there") await mkdir(join(folder, place));
  const found = await exported(join(folder, "x").slice(0, -1) + place);
  expect(found.names).toEqual(names);
  const { weightsManifest } = JSON.parse(await readFile(join(folder, json), "utf8"));
  const weights = await readFile(join(folder, json, "..", weightsManifest[0].paths[0]));
  expect(weights.equals(Buffer.from(parameters.buffer))).toBe(true);
});

test("a disk that fails at the end is said, and nothing is left", async () => {
  const path = join(folder, "sub", "model.onnx");
  await mkdir(join(folder, "sub"));
  const target = await prepareExport(path, recipe);
  await rm(join(folder, "sub"), { recursive: true });
  const said: string[] = [];
  const log = { info: () => {}, warn: (sentence: string) => said.push(sentence) };
  const exporting = new ExportAtEnd(target, files, log as unknown as ConstructorParameters<typeof ExportAtEnd>[2]);
  exporting.onEnd(snapshot);
  await exporting.close();
  expect(said).toEqual([expect.stringMatching(/^The model could not be exported: ENOENT/)]);
});

test("of a run that has not ended nothing is exported, and that is said", async () => {
  const said: string[] = [];
  const log = { info: (sentence: string) => said.push(sentence), warn: () => {} };
  const target = await prepareExport(join(folder, "model.onnx"), recipe);
  await new ExportAtEnd(target, files, log as unknown as ConstructorParameters<typeof ExportAtEnd>[2]).close();
  expect(said).toEqual([expect.stringContaining("is not exported yet: give --export again when it goes on.")]);
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ["model.h5", recipe, "it must end in .safetensors, .onnx or, for TensorFlow.js, in .json or a slash."],
  ["model", recipe, "it must end in .safetensors, .onnx or, for TensorFlow.js, in .json or a slash."],
  ["gone/model.onnx", recipe, "gone, which --export names, is not there or cannot be written to."],
  ["file.txt/", recipe, "file.txt, which --export names, is not there or cannot be written to."],
  ["model.json", findRecipe("alexnet-2012"), "Layer 3 (local-response-normalization over 5"],
])("%s is refused at the start", async (place, of, sentence) => {
  await writeFile(join(folder, "file.txt"), "");
  const failure = await prepareExport(`${folder}/${place}`, of).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StartError);
  expect((failure as Error).message).toContain(sentence);
});
