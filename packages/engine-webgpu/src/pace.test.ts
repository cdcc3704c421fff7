import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("before anything was measured, a step is cut as for a slow GPU", () => {
  const pace = new Pace();
  expect(pace.workOfSubmit(2e9)).toBe(Number.POSITIVE_INFINITY);
  expect(pace.workOfSubmit(2.1e9)).toBe(1e9);
});

test("a step that took up to 100 ms is submitted at once, a longer one in parts of 50 ms", () => {
  const pace = new Pace();
  pace.observe(1e12, 100);
  expect(pace.workOfSubmit(1e12)).toBe(Number.POSITIVE_INFINITY);
  expect(pace.workOfSubmit(1.01e12)).toBe(5e11);
});

test("the speed follows what is measured", () => {
  const pace = new Pace();
  for (let i = 0; i < 20; i++) pace.observe(1e12, 100);
  for (let i = 0; i < 20; i++) pace.observe(1e12, 1000);
  expect(pace.workOfSubmit(1e12)).toBeCloseTo(5e10, -9.5);
});

test("a step that seems to have taken no time says little", () => {
  const pace = new Pace();
  pace.observe(1e6, 0);
  expect(pace.workOfSubmit(1e12)).toBeLessThan(1e10);
});
