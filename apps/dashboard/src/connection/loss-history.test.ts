import fc from "fast-check";
import { expect, test } from "vitest";
import { LOSS_BUCKETS, type LossHistory, noLosses, withLosses } from "./loss-history.ts";

function points(from: number, to: number, loss: (step: number) => number = (step) => 1 / step) {
  return Array.from({ length: to - from + 1 }, (_, i) => ({ step: from + i, loss: loss(from + i) }));
}

function sumOf(history: LossHistory): number {
  return history.buckets.reduce((sum, bucket) => sum + bucket.sum, 0);
}

test("while there are few, every step is a point of its own", () => {
  const history = withLosses(noLosses, points(1, 100));
  expect(history.width).toBe(1);
  expect(history.buckets.map((bucket) => bucket.step)).toEqual(points(1, 100).map((point) => point.step));
});

test("many steps stay few points, and a single spike stays visible", () => {
  const history = withLosses(
    noLosses,
    points(1, 10_000, (step) => (step === 1234 ? 99 : 0.5)),
  );
  expect(history.buckets.length).toBeLessThanOrEqual(LOSS_BUCKETS);
  expect(history.width).toBe(8);
  expect(history.buckets.filter((bucket) => bucket.highest === 99)).toHaveLength(1);
  expect(history.buckets.every((bucket) => bucket.lowest === 0.5)).toBe(true);
});

test("points that are known already change nothing", () => {
  const history = withLosses(noLosses, points(1, 50));
  expect(withLosses(history, points(40, 50)).buckets).toEqual(history.buckets);
  expect(withLosses(history, [])).toBe(history);
});

test("a thinned beginning and every step after it fit together", () => {
  const thinned = points(1, 2000, (step) => step).map((point) => ({ ...point, step: point.step * 4 }));
  const history = withLosses(withLosses(noLosses, thinned), points(8001, 8100));
  expect(history.buckets.at(-1)?.step).toBe(8100);
  expect(new Set(history.buckets.map((bucket) => bucket.index)).size).toBe(history.buckets.length);
});

test("however the points arrive, the history is the same", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 }), (lengths) => {
      const total = lengths.reduce((sum, length) => sum + length, 0);
      let piecewise = noLosses;
      let step = 0;
      for (const length of lengths) {
        piecewise = withLosses(piecewise, points(step + 1, step + length));
        step += length;
      }
      const whole = withLosses(noLosses, points(1, total));
      expect(piecewise.width).toBe(whole.width);
      expect(piecewise.buckets.map(({ index, step, count }) => [index, step, count])).toEqual(
        whole.buckets.map(({ index, step, count }) => [index, step, count]),
      );
      expect(sumOf(piecewise)).toBeCloseTo(sumOf(whole), 9);
    }),
    { numRuns: 40 },
  );
});
