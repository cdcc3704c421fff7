/** The quick form of `npm run bench:frames`: thousands instead of a million. */
import { expect, test } from "vitest";
import { runBench } from "./run-bench.ts";

test("hostile messages to a live coordinator are all answered, and an honest worker trains on as if alone", async () => {
  const value = await runBench("frames", ["--frames", "3000"]);
  expect(value("hostile messages to a live coordinator")).toBeGreaterThanOrEqual(3000);
  expect(value("of them without an answer")).toBe(0);
  expect(value("the coordinator's objects after collection")).toBeLessThanOrEqual(5);
  expect(value("refusals of the honest worker")).toBe(0);
  expect(value("losses of")).toBeLessThan(0.1);
});
