import { describe, expect, test } from "vitest";
import {
  formatAccuracy,
  formatAmount,
  formatBytes,
  formatClock,
  formatCount,
  formatDay,
  formatDuration,
  formatError,
  formatFactor,
  formatLoss,
  formatProgress,
  formatRate,
  formatRatio,
  formatShare,
  formatStep,
  formatTimeLeft,
} from "./format.ts";

test("counts have separators, and amounts agree with their noun", () => {
  expect(formatCount(9380)).toBe("9,380");
  expect(formatAmount(1, "worker")).toBe("1 worker");
  expect(formatAmount(0, "worker")).toBe("0 workers");
  expect(formatAmount(12_000, "entry", "entries")).toBe("12,000 entries");
});

test("rates lose their fraction from ten on", () => {
  expect([0, 0.04, 3.26, 9.96, 1234.4].map(formatRate)).toEqual(["0", "0.0", "3.3", "10", "1,234"]);
  expect(formatRate(null)).toBe("–");
});

test("files are as long as disks say, in units in which the number is short", () => {
  const lengths = [0, 812, 1499, 9949, 178_112, 999_499, 999_500, 84_786_944, 228_179_240];
  const words = ["0 bytes", "812 bytes", "1.5 KB", "9.9 KB", "178 KB", "999 KB", "1.0 MB", "84.8 MB", "228 MB"];
  expect(lengths.map(formatBytes)).toEqual(words);
});

test("losses keep three meaningful digits", () => {
  expect([2.3041, 0.3481, 0.0622].map(formatLoss)).toEqual(["2.304", "0.348", "0.0622"]);
  expect([null, Number.NaN, Number.POSITIVE_INFINITY].map(formatLoss)).toEqual(["–", "–", "–"]);
});

test("accuracies are percentages with two digits", () => {
  expect(formatAccuracy(0.9819)).toBe("98.19%");
  expect(formatAccuracy(1)).toBe("100.00%");
  expect(formatAccuracy(null)).toBe("–");
});

test("what is not done is never 100%", () => {
  expect([0, 0.424, 0.9999, 1].map(formatProgress)).toEqual(["0%", "42%", "99%", "100%"]);
});

test("a share that is small is not said to be nothing", () => {
  expect([0, 0.0001, 0.0049, 0.005, 0.424, 1].map(formatShare)).toEqual(["0%", "<1%", "<1%", "1%", "42%", "100%"]);
});

test("a step's milliseconds, and how many times as many, keep a fraction below ten", () => {
  expect([0.84, 4.41, 9.96, 41.5, 1320].map(formatStep)).toEqual(["0.8 ms", "4.4 ms", "10 ms", "42 ms", "1.3 s"]);
  expect([1.06, 2.25, 9.96, 420.2].map(formatFactor)).toEqual(["1.1", "2.3", "10", "420"]);
  expect([0.48, 0.991, 0.999, 1.06, 42].map(formatRatio)).toEqual(["0.48", "0.99", "1.0", "1.1", "42"]);
});

test("a day is not broken into lines", () => {
  expect(formatDay(Date.UTC(2026, 10, 27, 12))).toBe("Nov\u00a027,\u00a02026");
});

describe("durations", () => {
  test.each([
    [0.0392, "39 ms"],
    [0.84, "0.8 s"],
    [42.2, "42 s"],
    [59.7, "1 min"],
    [60, "1 min"],
    [200, "3 min 20 s"],
    [12 * 60 + 31, "13 min"],
    [3599.8, "1 h"],
    [3600, "1 h"],
    [4320, "1 h 12 min"],
    [3 * 86_400 + 5 * 3600, "3 d 5 h"],
  ])("%d s is %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  test.each([
    [0, "1 s"],
    [20.3, "20 s"],
    [170, "about 3 min"],
    [7200, "about 2 h"],
    [9000, "about 2.5 h"],
    [3 * 86_400, "about 3 d"],
  ])("%d s left is %s", (seconds, text) => expect(formatTimeLeft(seconds)).toBe(text));
});

test("small errors are powers of ten", () => {
  expect([0, 0.00312, 2.44e-6, 1e-12].map(formatError)).toEqual([
    "0",
    "0.0031",
    "2.4\u00a0×\u00a010⁻⁶",
    "1.0\u00a0×\u00a010⁻¹²",
  ]);
});

test("times of day have two digits each", () => {
  expect(formatClock(new Date(2025, 0, 2, 4, 5, 6).getTime())).toBe("04:05:06");
});
