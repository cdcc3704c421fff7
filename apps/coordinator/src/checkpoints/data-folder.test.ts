import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StartError } from "../start-error.ts";
import { prepareDataFolder, writingTo } from "./data-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a data folder is made with the place of its runs, and may be there already", async () => {
  const dataDir = join(folder, "new", "data");
  await prepareDataFolder(dataDir);
  await prepareDataFolder(dataDir);
  expect(await readdir(dataDir)).toEqual(["runs"]);
});

test.each([
  ["the folder itself", "data", "data"],
  ["a folder above it", "above", "above/data"],
  ["the place of the runs", "data/runs", "data"],
])("a file in the place of %s is told in one sentence", async (_, file, name) => {
  await mkdir(join(folder, file, ".."), { recursive: true });
  await writeFile(join(folder, file), "");
  const dataDir = join(folder, name);
  await expect(prepareDataFolder(dataDir)).rejects.toThrow(
    new StartError(
      `The data folder ${dataDir} cannot be written: a file is in its place; choose another with --data-dir.`,
    ),
  );
});

test.each([
  ["EACCES", "this user may not write there"],
  ["EROFS", "the disk is read-only"],
  ["ENOSPC", "the disk is full"],
  ["EIO", "something else"],
])("%s is told in words", async (code, words) => {
  const failing = writingTo("/data", async () => {
    throw Object.assign(new Error("something else"), { code });
  });
  await expect(failing).rejects.toThrow(
    new StartError(`The data folder /data cannot be written: ${words}; choose another with --data-dir.`),
  );
});

test("what was written without an error is returned", async () => {
  expect(await writingTo("/data", async () => 7)).toBe(7);
});

test("what has nothing to do with the disk stays what it is", async () => {
  const failing = (error: Error) =>
    writingTo("/data", () => Promise.reject(error)).catch((failure: unknown) => failure);
  const taken = new StartError("Another coordinator has the folder.");
  expect(await failing(taken)).toBe(taken);
  const defect = new TypeError("undefined is not a function");
  expect(await failing(defect)).toBe(defect);
});
