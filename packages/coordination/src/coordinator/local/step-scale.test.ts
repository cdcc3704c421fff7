import { expect, test } from "vitest";
import { stepScale } from "./step-scale.ts";
import { localSettings } from "./test-local-run.ts";

const { strategy } = localSettings;

test.each([
  ["linear", 3, 1, 3],
  ["square-root", 4, 1, 2],
  ["linear-to-four", 3, 1, 3],
  ["linear-to-four", 9, 1, 6],
  // In batches of 64.
  ["smaller-batches", 1, 1, 1],
  ["smaller-batches", 2, 2, Math.SQRT2],
  ["smaller-batches", 4, 4, 2],
  ["smaller-batches", 9, 4, 4.5],
  ["smaller-batches", 25, 4, 10],
] as const)("[H9] where steps scale by %s, %i workers take %i on a batch, %d times as long", (...row) => {
  const [rateScaling, workers, stepsPerBatch, rateFactor] = row;
  expect(stepScale({ ...strategy, rateScaling }, workers, 64)).toEqual({
    stepsPerBatch,
    rateFactor: expect.closeTo(rateFactor, 12),
  });
});

test("[H9] no part of a whole batch has fewer than sixteen samples", () => {
  const smaller = { ...strategy, rateScaling: "smaller-batches" } as const;
  expect(stepScale(smaller, 4, 32).stepsPerBatch).toBe(2);
  expect(stepScale(smaller, 4, 8)).toEqual({ stepsPerBatch: 1, rateFactor: 4 });
});
