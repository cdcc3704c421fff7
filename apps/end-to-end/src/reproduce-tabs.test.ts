/** `npm run reproduce -- --tabs`: tabs of Chromium that nobody watches train a recipe. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Reproduction, resultsSchema } from "../reproduce/results.ts";
import { collect } from "./coordinator-process.ts";
import { keepDigits, takeOverDigits } from "./drawn-digits.ts";

const root = path.join(import.meta.dirname, "../../..");
const out = mkdtempSync(path.join(tmpdir(), "convoy-reproduce-tabs-"));
takeOverDigits(out);

afterAll(() => {
  keepDigits(out);
  rmSync(out, { recursive: true });
});

test("two tabs train a recipe", async () => {
  const form = ["--built-in-digits", "--train-samples", "1280", "--test-samples", "100", "--epochs", "2"];
  const program = ["apps/end-to-end/dist/programs/reproduce.mjs", "lenet5-mnist", "--tabs", ...form, "--out", out];
  const child = spawn(process.execPath, program, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const output = collect(child);
  const [code] = await once(child, "exit");
  expect(code, output()).toBe(0);
  const file = path.join(out, "results/lenet5-mnist-2-epochs.json");
  const { workers, convoy } = resultsSchema.parse(JSON.parse(readFileSync(file, "utf8"))) as Reproduction;
  expect(workers).toEqual({ kind: "tabs", count: 2 });
  expect(convoy).toMatchObject([{ seed: 1, steps: 40 }]);
  // One or two: each tab times the two builds of the kernels by itself, and where they are as quick as each other they differ.
  const engines = convoy[0]?.engines ?? [];
  expect(engines).not.toEqual([]);
  expect(engines.filter((engine) => !/^wasm on CPU, WASM (relaxed )?SIMD$/.test(engine))).toEqual([]);
  expect(convoy[0]?.shards).toHaveLength(2);
  expect(output()).toContain("2 tabs");
});
