import { expect, test } from "vitest";
import { readRange } from "./byte-range.ts";

test.each([
  [undefined, "whole"],
  ["lines=1-2", "whole"],
  ["bytes=0-", { start: 0, end: 100 }],
  ["bytes=40-", { start: 40, end: 100 }],
  ["bytes=40-49", { start: 40, end: 50 }],
  ["Bytes=99-99", { start: 99, end: 100 }],
  ["bytes=40-1000", { start: 40, end: 100 }],
  ["bytes=-10", { start: 90, end: 100 }],
  ["bytes=-1000", { start: 0, end: 100 }],
  ["bytes=100-", "unsatisfiable"],
  ["bytes=50-40", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=-", "unsatisfiable"],
  ["bytes=", "unsatisfiable"],
  ["bytes=1-2,5-6", "unsatisfiable"],
  ["bytes=0x10-", "unsatisfiable"],
  ["bytes=1e1-", "unsatisfiable"],
  ["bytes=--5", "unsatisfiable"],
  ["bytes=999999999999999999999-", "unsatisfiable"],
])("[N5] %s of 100 bytes", (header, range) => {
  expect(readRange(header, 100)).toEqual(range);
});
