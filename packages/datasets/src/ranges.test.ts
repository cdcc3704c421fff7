import { AssertionError } from "@convoy/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchCount, batchRange, SHARD_SIZE, shardCount, shardRange } from "./ranges.ts";

describe("batches", () => {
  test("of the MNIST training set: 938, the last of 32 samples", () => {
    expect(batchCount(60_000, 64)).toBe(938);
    expect(batchRange(0, 64, 60_000)).toEqual({ start: 0, end: 64 });
    expect(batchRange(937, 64, 60_000)).toEqual({ start: 59_968, end: 60_000 });
  });

  test("cover the epoch without a gap, all full but perhaps the last", () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.integer({ min: 1, max: 300 }), (count, batchSize) => {
        let position = 0;
        const batches = batchCount(count, batchSize);
        for (let batch = 0; batch < batches; batch++) {
          const { start, end } = batchRange(batch, batchSize, count);
          expect(start).toBe(position);
          if (batch < batches - 1) expect(end - start).toBe(batchSize);
          else expect(end - start).toBeGreaterThan(0);
          position = end;
        }
        expect(position).toBe(count);
      }),
    );
  });

  test("refuse what lies outside", () => {
    expect(() => batchRange(938, 64, 60_000)).toThrow(AssertionError);
    expect(() => batchRange(-1, 64, 60_000)).toThrow(AssertionError);
    expect(() => batchCount(10, 0)).toThrow(AssertionError);
    expect(() => batchCount(2.5, 1)).toThrow(AssertionError);
  });
});

describe("shards", () => {
  test("have eight samples, the last may be shorter", () => {
    expect(SHARD_SIZE).toBe(8);
    expect([0, 1, 8, 9, 32, 64].map(shardCount)).toEqual([0, 1, 1, 2, 4, 8]);
    expect(shardRange(0, 20)).toEqual({ start: 0, end: 8 });
    expect(shardRange(2, 20)).toEqual({ start: 16, end: 20 });
    expect(() => shardRange(3, 20)).toThrow(AssertionError);
  });

  test("cover the batch", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (sampleCount) => {
        const ranges = Array.from({ length: shardCount(sampleCount) }, (_, shard) => shardRange(shard, sampleCount));
        const positions = ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
        expect(positions).toEqual(Array.from({ length: sampleCount }, (_, i) => i));
      }),
    );
  });
});
