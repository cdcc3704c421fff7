import { expect, test } from "vitest";
import { combinedSpeed, paceWith } from "./pace.ts";
import { policy } from "./policy.ts";
import type { Pace } from "./state.ts";
import { TestRun } from "./test-run.ts";

/** The pace after rounds of so many milliseconds, 64 samples each. */
function paceOf(durations: readonly number[]): Pace {
  let pace: Pace = [];
  for (const durationMs of durations) pace = paceWith(pace, 64, durationMs);
  return pace;
}

function speedOf(pace: Pace): number {
  const { state, now } = new TestRun();
  return combinedSpeed({ ...state, pace }, now);
}

test("the speed is that of the rounds, however short", () => {
  for (const ms of [1, 5, 100, 299, 301, 2000, 20_000]) {
    expect(speedOf(paceOf(new Array(1000).fill(ms)))).toBeCloseTo(64_000 / ms, 6);
  }
});

test("rounds of the last seconds count, and no more than a few hundred of them", () => {
  const most = policy.paceParts * policy.pacePartRounds;
  expect(speedOf(paceOf([...new Array(1000).fill(10), ...new Array(most).fill(5)]))).toBeCloseTo(64_000 / 5, 6);
  expect(speedOf(paceOf([...new Array(50).fill(2000), ...new Array(20).fill(1000)]))).toBeCloseTo(64, 6);
});

test("what is kept does not grow with the rounds, and what was kept does not change", () => {
  const before = paceOf(new Array(4).fill(5));
  const copy = structuredClone(before);
  expect(paceWith(before, 64, 5)).not.toEqual(copy);
  expect(before).toEqual(copy);
  expect(paceOf(new Array(5000).fill(3)).length).toBeLessThanOrEqual(policy.paceParts);
});
