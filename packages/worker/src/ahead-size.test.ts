import { expect, test } from "vitest";
import { AheadSize } from "./ahead-size.ts";

/** Its size after answers that took so long. */
function after(tookMs: readonly number[]): number {
  const size = new AheadSize(80, 1000);
  tookMs.forEach((ms, i) => {
    size.asked([i, i + 1], 1000 * i);
    size.answered([i, i + 1], 1000 * i + ms);
  });
  return size.samples;
}

test("more samples are asked for at once as long as they come quickly, up to what one message may name", () => {
  expect([after([]), after([10]), after([10, 60]), after([10, 10, 10, 10, 10])]).toEqual([80, 160, 320, 1000]);
});

test("fewer when they take long, and as many when they do not", () => {
  expect([after([10, 10, 10, 900]), after([10, 900, 900, 900]), after([10, 200, 300])]).toEqual([320, 80, 160]);
});

test("what was not asked for, or for an earlier lease, tells nothing", () => {
  const size = new AheadSize(80, 1000);
  size.answered([7], 5);
  size.answered([], 5);
  size.asked([7], 0);
  size.forget();
  size.answered([7], 5);
  expect(size.samples).toBe(80);
});
