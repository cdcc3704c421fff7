import { expect, test } from "vitest";
import { asRow, type Bar, isMet } from "../reliability/bars.ts";

const bar = (value: number, limit: Bar["limit"], must: number | null) =>
  isMet({ name: "", unit: "", aim: null, value, limit, must });

test("a bar is met on its side, the bound included, and by nothing that is no number", () => {
  expect([4.9, 5, 5.1, Number.NaN].map((value) => bar(value, "at most", 5))).toEqual([true, true, false, false]);
  expect([4.9, 5, 5.1, Number.NaN].map((value) => bar(value, "at least", 5))).toEqual([false, true, true, false]);
  expect(bar(Number.NaN, "at most", null)).toBe(true);
});

test("a row names its bounds in words, and has no value where none could be measured", () => {
  const row = { name: "lost", unit: "%", limit: "at most", must: 3, aim: null } as const;
  expect(asRow({ ...row, value: 2.5 })).toEqual({ name: "lost", value: 2.5, unit: "%", must: "<= 3", aim: null });
  expect(asRow({ ...row, value: Number.NaN }).value).toBeNull();
  expect(asRow({ ...row, value: 2.5, of: [2, 2.5, 4] })).toMatchObject({ value: 2.5, of: [2, 2.5, 4] });
});
