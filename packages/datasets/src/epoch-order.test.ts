import { AssertionError } from "@convoy/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { epochOrder } from "./epoch-order.ts";

const seeds = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const epochs = fc.nat({ max: 1000 });

describe("epochOrder", () => {
  test("has every sample once", () => {
    fc.assert(
      fc.property(seeds, epochs, fc.nat({ max: 500 }), (seed, epoch, count) => {
        const sorted = epochOrder(seed, epoch, count).sort();
        expect(sorted).toEqual(Uint32Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  test("depends on seed and epoch alone", () => {
    fc.assert(
      fc.property(seeds, epochs, (seed, epoch) => {
        const order = epochOrder(seed, epoch, 100);
        expect(epochOrder(seed, epoch, 100)).toEqual(order);
        expect(epochOrder(seed, epoch + 1, 100)).not.toEqual(order);
        expect(epochOrder(seed === 0 ? 1 : seed - 1, epoch, 100)).not.toEqual(order);
      }),
    );
  });

  // Checkpoints and comparisons with other programs rest on these numbers: they may never change. They were
  // computed by a second implementation, in Python.
  test("is pinned", () => {
    expect([...epochOrder(0, 0, 60_000).subarray(0, 8)]).toEqual([50939, 25103, 57041, 5606, 56463, 7083, 8936, 58094]);
    expect([...epochOrder(0, 1, 60_000).subarray(0, 8)]).toEqual([
      11771, 16415, 54554, 37034, 8766, 55613, 17497, 59363,
    ]);
    expect([...epochOrder(2 ** 40 + 7, 3, 10)]).toEqual([1, 9, 0, 8, 4, 2, 5, 6, 7, 3]);
  });

  test("puts every sample anywhere, equally often", () => {
    const count = 6;
    const trials = 6000;
    const seen = Array.from({ length: count }, () => new Array<number>(count).fill(0));
    for (let epoch = 0; epoch < trials; epoch++) {
      epochOrder(11, epoch, count).forEach((sample, position) => {
        const row = seen[position] as number[];
        row[sample] = (row[sample] as number) + 1;
      });
    }
    // 1000 expected, deviation 29: five deviations.
    for (const frequency of seen.flat()) expect(Math.abs(frequency - trials / count)).toBeLessThan(145);
  });

  test("refuses an epoch that is not a whole number from 0", () => {
    expect(() => epochOrder(1, -1, 10)).toThrow(AssertionError);
    expect(() => epochOrder(1, 0.5, 10)).toThrow(AssertionError);
  });
});
