import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Alarm } from "./alarm.ts";
import { now } from "./now.ts";

let rings: number[];
let alarm: Alarm;
let start: number;
beforeEach(() => {
  vi.useFakeTimers();
  rings = [];
  start = now();
  alarm = new Alarm(() => rings.push(Math.floor(now() - start)));
});
afterEach(() => {
  alarm.close();
  vi.useRealTimers();
});

test("rings once, and not before its moment", () => {
  alarm.set(start + 100);
  vi.advanceTimersByTime(99);
  expect(rings).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(rings).toEqual([101]);
});

test("that was moved on rings at the new moment alone", () => {
  for (let at = 100; at <= 300; at += 50) alarm.set(start + at);
  vi.advanceTimersByTime(299);
  expect(rings).toEqual([]);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(500);
  expect(rings).toHaveLength(1);
  expect(rings[0]).toBeLessThan(310);
});

test("that was moved back rings earlier, and only then", () => {
  alarm.set(start + 300);
  alarm.set(start + 100);
  vi.advanceTimersByTime(1000);
  expect(rings).toEqual([101]);
});

test("that was withdrawn, or closed, does not ring", () => {
  alarm.set(start + 100);
  alarm.set(null);
  vi.advanceTimersByTime(1000);
  alarm.set(start + 1100);
  alarm.close();
  alarm.set(start + 1200);
  vi.advanceTimersByTime(1000);
  expect(rings).toEqual([]);
});

test("can be set anew while it rings", () => {
  const again: Alarm = new Alarm(() => {
    rings.push(0);
    if (rings.length < 3) again.set(now() + 50);
  });
  again.set(start + 50);
  vi.advanceTimersByTime(1000);
  expect(rings).toHaveLength(3);
  again.close();
});
