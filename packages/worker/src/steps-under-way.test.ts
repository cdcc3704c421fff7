import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StepsUnderWay } from "./steps-under-way.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets a device take steps of so many milliseconds one after the other, and notes how many it had at once. */
async function mostAtOnce(stepMs: number, count: number): Promise<number> {
  const underWay = new StepsUnderWay<number>();
  let [most, now] = [0, 0];
  let last: Promise<unknown> = Promise.resolve();
  const all = (async () => {
    for (let i = 0; i < count; i++) {
      await underWay.room();
      most = Math.max(most, ++now);
      const step = last.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, stepMs));
        now--;
        return i;
      });
      last = step;
      underWay.add(step);
    }
    return underWay.end();
  })();
  await vi.runAllTimersAsync();
  expect(await all).toEqual(Array.from({ length: count }, (_, i) => i));
  return most;
}

test.each([
  [1, 8],
  [30, 3],
  [60, 1],
  [5000, 1],
])("steps of %i ms are under way %i at a time", async (stepMs, expected) => {
  expect(await mostAtOnce(stepMs, 20)).toBe(expected);
});

test("the first is waited for before there is a second", async () => {
  const underWay = new StepsUnderWay<string>();
  let isDone = false;
  underWay.add(new Promise((resolve) => setTimeout(resolve, 40, "first")));
  const room = underWay.room().then(() => {
    isDone = true;
  });
  await vi.advanceTimersByTimeAsync(39);
  expect(isDone).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await room;
  expect(await underWay.end()).toEqual(["first"]);
});
