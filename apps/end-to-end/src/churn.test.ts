/** The quick form of `npm run bench:churn`: less than a minute, but a worker is replaced every second. */
import { expect, test } from "vitest";
import { runBench } from "./run-bench.ts";

test("workers that come and go leave nothing behind in the coordinator", async () => {
  const value = await runBench("churn", ["--minutes", "0.7", "--turnover", "60"]);
  expect(value("workers replaced")).toBeGreaterThan(30);
  expect(value("steps meanwhile")).toBeGreaterThan(10);
  expect(value("heap after collection")).toBeLessThanOrEqual(5);
  expect(value("buffers outside the heap")).toBeLessThanOrEqual(5);
  expect(value("workers or viewers treated wrongly")).toBe(0);
});
