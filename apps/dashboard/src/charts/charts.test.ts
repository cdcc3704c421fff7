import { expect, test } from "vitest";
import { noLosses, withLosses } from "../connection/loss-history.ts";
import { accuracyAxisStart, logarithmicMarks, lossAxisRange, roundUp, stepAxisEnd } from "./axis.ts";
import { lossRows } from "./loss-rows.ts";
import { smooth } from "./smooth.ts";

const historyOf = (losses: number[]) =>
  withLosses(
    noLosses,
    losses.map((loss, i) => ({ step: i + 1, loss })),
  );

test("the smoothed curve keeps a constant, from the first point on", () => {
  expect(smooth(historyOf([2.3]))).toEqual([2.3]);
  for (const value of smooth(historyOf(Array(200).fill(0.7)))) expect(value).toBeCloseTo(0.7, 12);
});

test("the smoothed curve does not lag behind a steadily falling loss", () => {
  const values = smooth(historyOf(Array.from({ length: 300 }, (_, i) => 300 - i)));
  for (const i of [6, 50, 150, 293]) expect(values[i]).toBeCloseTo(300 - i, 9);
  // At the ends only one side exists.
  expect(Math.abs((values[299] as number) - 1)).toBeLessThan(5);
});

test("noise is smoothed away, in a short run and in a long one", () => {
  const noisy = (length: number) => Array.from({ length }, (_, i) => 1 + (i % 2));
  for (const length of [300, 10_000]) {
    const history = historyOf(noisy(length));
    const values = smooth(history);
    expect(values).toHaveLength(history.buckets.length);
    for (const value of values.slice(30, -30)) expect(Math.abs(value - 1.5)).toBeLessThan(0.02);
  }
});

test("axes end at round numbers", () => {
  expect([1, 1.1, 2.31, 412, 4001, 9380].map(roundUp)).toEqual([1, 1.5, 3, 500, 5000, 10_000]);
  expect(stepAxisEnd(3, 9380)).toBe(20);
  expect(stepAxisEnd(412, 9380)).toBe(500);
  expect(stepAxisEnd(9001, 9380)).toBe(9380);
});

test("a loss axis starts at zero, or below the lowest where it is logarithmic", () => {
  expect(lossAxisRange(0.1, 2.3, false)).toEqual([0, 3]);
  const [start, end] = lossAxisRange(0.1, 2.3, true);
  expect(start).toBeLessThan(0.1);
  expect(end).toBeGreaterThan(2.3);
  expect(lossAxisRange(0, 0, true)[0]).toBeGreaterThan(0);
});

test("logarithmic marks stay few", () => {
  expect(logarithmicMarks(0.06, 2.6)).toEqual([0.1, 0.2, 0.5, 1, 2]);
  expect(logarithmicMarks(1e-6, 3)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]);
});

test("an accuracy axis shows what differs", () => {
  expect(accuracyAxisStart(0.1)).toBe(0);
  expect(accuracyAxisStart(0.97)).toBeCloseTo(0.96, 9);
  expect(accuracyAxisStart(1)).toBeCloseTo(0.985, 9);
});

test("the table of losses has first, last and evenly spread rows", () => {
  const history = historyOf(Array.from({ length: 500 }, (_, i) => 500 - i));
  const rows = lossRows(history, smooth(history), 5);
  expect(rows.map((row) => row.step)).toEqual([1, 126, 251, 375, 500]);
  expect(lossRows(historyOf([2, 1]), [2, 1.5], 5)).toEqual([
    { step: 1, loss: 2, smoothed: 2 },
    { step: 2, loss: 1, smoothed: 1.5 },
  ]);
  expect(lossRows(noLosses, [], 5)).toEqual([]);
});
