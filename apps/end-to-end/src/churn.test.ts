/** The quick form of `npm run bench:churn`: less than a minute, but a worker is replaced every second. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Bar } from "../reliability/bars.ts";

const root = path.join(import.meta.dirname, "../../..");

test("workers that come and go leave nothing behind in the coordinator", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "convoy-churn-"));
  const json = path.join(folder, "churn.json");
  const program = ["scripts/run-source.mjs", "apps/end-to-end/reliability/churn.ts"];
  const options = ["--minutes", "0.7", "--turnover", "60", "--json", json];
  await promisify(execFile)(process.execPath, [...program, ...options], { cwd: root });
  const bars = JSON.parse(readFileSync(json, "utf8")) as Bar[];
  rmSync(folder, { recursive: true });
  const value = (name: string) => bars.find((bar) => bar.name.startsWith(name))?.value;
  expect(value("workers replaced")).toBeGreaterThan(30);
  expect(value("steps meanwhile")).toBeGreaterThan(10);
  expect(value("heap after collection")).toBeLessThanOrEqual(5);
  expect(value("buffers outside the heap")).toBeLessThanOrEqual(5);
  expect(value("workers or viewers treated wrongly")).toBe(0);
});
