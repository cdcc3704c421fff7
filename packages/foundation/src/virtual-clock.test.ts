import { expect, test } from "vitest";
import { RandomSequence } from "./random.ts";
import { VirtualClock } from "./virtual-clock.ts";

test("what is due first happens first, and of equal moments what was scheduled first", () => {
  const clock = new VirtualClock(1000);
  const random = new RandomSequence(1, "test");
  const expected: { at: number; order: number }[] = [];
  const seen: { at: number; order: number }[] = [];
  for (let order = 0; order < 3000; order++) {
    const at = 1000 + random.below(200);
    expected.push({ at, order });
    clock.schedule(at, { happen: () => seen.push({ at: clock.now, order }) });
  }
  expect(clock.waiting).toBe(3000);
  while (clock.advance());
  expected.sort((a, b) => a.at - b.at || a.order - b.order);
  expect(seen).toEqual(expected);
  expect(clock.waiting).toBe(0);
});

test("what is scheduled meanwhile takes its place among the rest", () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  const say = (word: string) => ({ happen: () => void seen.push(`${word} at ${clock.now}`) });
  clock.schedule(10, {
    happen: () => {
      clock.schedule(5, say("late"));
      clock.schedule(15, say("between"));
      clock.schedule(20, say("second"));
    },
  });
  clock.schedule(20, say("first"));
  while (clock.advance());
  expect(seen).toEqual(["late at 10", "between at 15", "first at 20", "second at 20"]);
});

test("the same moments come in the same order with much scheduled and done in between", () => {
  const random = new RandomSequence(2, "test");
  const clock = new VirtualClock(0);
  let last = { at: 0, order: -1 };
  let order = 0;
  const schedule = () => {
    const own = { at: clock.now + random.below(50), order: order++ };
    clock.schedule(own.at, {
      happen: () => {
        expect(clock.now).toBe(own.at);
        expect(own.at > last.at || (own.at === last.at && own.order > last.order)).toBe(true);
        last = own;
        if (order < 5000) for (let i = 0; i <= random.below(2); i++) schedule();
      },
    });
  };
  for (let i = 0; i < 20; i++) schedule();
  while (clock.advance());
  expect(order).toBeGreaterThanOrEqual(5000);
});

test("nothing to come, nothing happens", () => {
  const clock = new VirtualClock(7);
  expect(clock.advance()).toBe(false);
  expect(clock.now).toBe(7);
});

test("it tells when the next thing is due", () => {
  const clock = new VirtualClock(10);
  expect(clock.nextAt).toBe(Number.POSITIVE_INFINITY);
  for (const at of [30, 20, 5]) clock.schedule(at, { happen: () => {} });
  const seen = [];
  do seen.push(clock.nextAt);
  while (clock.advance());
  expect(seen).toEqual([10, 20, 30, Number.POSITIVE_INFINITY]);
});
