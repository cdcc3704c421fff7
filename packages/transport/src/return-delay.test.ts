import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ReturnDelay, returnDelayMs } from "./return-delay.ts";

const { least, mostUnanswered, mostTurnedAway, lasting } = returnDelayMs;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What is expected of a delay whose middle is this. */
function expectAround(delay: number, middle: number): void {
  expect(delay).toBeGreaterThanOrEqual(0.5 * middle);
  expect(delay).toBeLessThanOrEqual(1.5 * middle);
}

describe("[T7] a dialing end comes back", () => {
  test("sooner at first than after many failures, and never later than the longest delay, however long it takes", () => {
    const delay = new ReturnDelay();
    expectAround(delay.afterFailure(), least);
    expectAround(delay.afterFailure(), 2 * least);
    for (let i = 0; i < 5000; i++) expectAround(delay.afterFailure(), mostUnanswered);
    delay.opened();
    expectAround(delay.afterFailure(), least);
  });

  test("later and later when it is turned away each time, until it is let in for a while", () => {
    const delay = new ReturnDelay();
    for (let i = 0; i < 2000; i++) {
      delay.opened();
      expectAround(delay.afterGoodbye(), Math.min(mostTurnedAway, least * 2 ** i));
    }
    delay.opened();
    vi.advanceTimersByTime(lasting - 1);
    expectAround(delay.afterGoodbye(), mostTurnedAway);
    delay.opened();
    vi.advanceTimersByTime(lasting);
    expectAround(delay.afterGoodbye(), least);
  });

  test.each([0, 3_000, 60_000])("at another moment than others: 1000 that lost the coordinator for %i ms", (outage) => {
    const arrivals = Array.from({ length: 1000 }, () => {
      const delay = new ReturnDelay(7);
      let at = 0;
      do at += delay.afterFailure();
      while (at < outage);
      return at - outage;
    });
    // All are back soon, and of the time that this takes no tenth has more than a third of them.
    const longest = Math.max(...arrivals);
    expect(longest).toBeLessThanOrEqual(1.5 * mostUnanswered);
    const tenths = new Array(10).fill(0);
    for (const arrival of arrivals) tenths[Math.min(9, Math.floor((10 * arrival) / longest))]++;
    expect(Math.max(...tenths)).toBeLessThan(334);
  });
});
