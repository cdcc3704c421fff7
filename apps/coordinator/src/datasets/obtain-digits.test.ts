import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Dataset, drawBuiltInDigits } from "@convoy/datasets";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identifyDataset } from "../checkpoints/dataset-identity.ts";
import type { DatasetProgress } from "./dataset-progress.ts";
import { drawnDigits, obtainDigits } from "./obtain-digits.ts";

let cacheDir: string;
let said: DatasetProgress[];
const digits = drawBuiltInDigits();
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "convoy-digits-"));
  said = [];
});
afterEach(() => rm(cacheDir, { recursive: true }));

/** Drawing takes seconds. */
const draw = () => digits;
const obtain = (): Promise<Dataset> => obtainDigits(cacheDir, (progress) => said.push(progress), draw);
const same = (dataset: Dataset) => expect(identifyDataset(dataset)).toEqual(identifyDataset(digits));

test("the digits are drawn once, and the same when they were kept", async () => {
  same(await obtain());
  expect(said.map(({ stage }) => stage)).toEqual(["stored"]);
  const kept = await obtain();
  same(kept);
  expect({ ...kept, train: 0, test: 0 }).toEqual({ ...digits, train: 0, test: 0 });
  expect(said).toHaveLength(1);
});

test("a file that is damaged is said so, and drawn again", async () => {
  await obtain();
  await truncate(join(cacheDir, "digits", drawnDigits.name), 1000);
  same(await obtain());
  expect(said.map(({ stage }) => stage)).toEqual(["stored", "damaged", "stored"]);
});

test("a cache that cannot be written is said so, and the digits are there all the same", async () => {
  await writeFile(join(cacheDir, "digits"), "in the way");
  same(await obtain());
  expect(said.map(({ stage }) => stage)).toContain("not-stored");
});
