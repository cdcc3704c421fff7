import type { LeaseMessage } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { LeaseBatch } from "./lease-batch.ts";
import { SampleCache } from "./sample-cache.ts";

const CLASS_COUNT = 10;
const lease: LeaseMessage = {
  type: "lease",
  lease: 7,
  kind: "train",
  version: 4,
  split: "train",
  samples: [30, 10, 20],
  draws: null,
  stretch: null,
  ahead: [],
  codec: "fp32",
  allowedMs: 1000,
};

/** The pixels of several samples, two bytes each: the sample's number and 1. */
const pixelsOf = (...samples: number[]) => Uint8Array.from(samples.flatMap((sample) => [sample, 1]));
const labelsOf = (...samples: number[]) => Uint8Array.from(samples, (sample) => sample / 10);

function filled(cache = new SampleCache(2)): LeaseBatch {
  const batch = new LeaseBatch(lease, 2, cache);
  batch.fill([10, 20, 30], pixelsOf(10, 20, 30), labelsOf(10, 20, 30), cache, CLASS_COUNT);
  return batch;
}

describe("the batch of a lease", () => {
  test("misses everything at first, in the order of the lease", () => {
    expect(new LeaseBatch(lease, 2, new SampleCache(2)).missing).toEqual([30, 10, 20]);
  });

  test("puts each sample where the lease has it, in whatever order they come", () => {
    const { batch, missing } = filled();
    expect(missing).toEqual([]);
    expect(batch).toEqual({ count: 3, pixels: pixelsOf(30, 10, 20), labels: labelsOf(30, 10, 20) });
  });

  test("says by what random numbers are drawn, in training", () => {
    const draws = { seed: 2 ** 40, epoch: 3 };
    const { batch } = new LeaseBatch({ ...lease, draws }, 2, new SampleCache(2));
    expect(batch.draws).toEqual({ ...draws, samples: Uint32Array.of(30, 10, 20) });
    expect(filled().batch.draws).toBeUndefined();
  });

  test("finds in the cache what an earlier lease brought, and asks for the rest", () => {
    const cache = new SampleCache(2);
    filled(cache);
    const next = new LeaseBatch({ ...lease, samples: [20, 40, 30] }, 2, cache);
    expect(next.missing).toEqual([40]);
    next.fill([40], pixelsOf(40), labelsOf(40), cache, CLASS_COUNT);
    expect(next.batch).toEqual({ count: 3, pixels: pixelsOf(20, 40, 30), labels: labelsOf(20, 40, 30) });
  });

  test("keeps what it names ahead for a later lease, and asks for no more of it than it lacks", () => {
    const cache = new SampleCache(2);
    filled(cache);
    const batch = new LeaseBatch({ ...lease, ahead: [20, 50, 60] }, 2, cache);
    expect(batch.ahead).toEqual([50, 60]);
    batch.fill([60, 50], pixelsOf(60, 50), labelsOf(60, 50), cache, CLASS_COUNT);
    expect(batch.ahead).toEqual([]);
    expect(batch.batch.pixels).toEqual(pixelsOf(30, 10, 20));
    const next = new LeaseBatch({ ...lease, samples: [50, 60] }, 2, cache);
    expect(next.batch).toEqual({ count: 2, pixels: pixelsOf(50, 60), labels: labelsOf(50, 60) });
  });

  test("expects samples for later that it was told of since: of those that it lacks, as many as there is room for", () => {
    const cache = new SampleCache(2);
    const batch = filled(cache);
    expect(batch.expect(Uint32Array.of(10, 40, 50, 60), 2, cache)).toEqual([40, 50]);
    expect(batch.expect(Uint32Array.of(50, 60), 2, cache)).toEqual([60]);
    batch.fill([40, 70], pixelsOf(40, 70), labelsOf(40, 70), cache, CLASS_COUNT);
    expect([40, 70].map((sample) => cache.keep("train", sample))).toEqual([true, false]);
  });

  test("does not take training samples for test samples", () => {
    const cache = new SampleCache(2);
    filled(cache);
    expect(new LeaseBatch({ ...lease, split: "test" }, 2, cache).missing).toEqual([30, 10, 20]);
  });

  test.each([
    ["a byte too few", [30, 10], pixelsOf(30, 10).slice(1), labelsOf(30, 10)],
    ["a byte too many", [30, 10], Uint8Array.of(...pixelsOf(30, 10), 0), labelsOf(30, 10)],
    ["a label too few", [30, 10], pixelsOf(30, 10), labelsOf(30)],
    ["a sample too many", [30, 10, 20], pixelsOf(30, 10), labelsOf(30, 10)],
  ])("leaves out an answer with %s: its samples stay missing", (_, samples, pixels, labels) => {
    const cache = new SampleCache(2);
    const batch = new LeaseBatch(lease, 2, cache);
    batch.fill(samples, pixels, labels, cache, CLASS_COUNT);
    expect(batch.missing).toEqual([30, 10, 20]);
    expect(cache.count).toBe(0);
  });

  test("leaves out a sample whose label names no class, and takes the others", () => {
    const cache = new SampleCache(2);
    const batch = new LeaseBatch(lease, 2, cache);
    batch.fill([30, 10, 20], pixelsOf(30, 10, 20), Uint8Array.of(9, CLASS_COUNT, 0), cache, CLASS_COUNT);
    expect(batch.missing).toEqual([10]);
  });

  test("ignores samples that it did not ask for, and a second answer", () => {
    const cache = new SampleCache(2);
    const batch = filled(cache);
    batch.fill([30, 99], pixelsOf(77, 99), labelsOf(10, 20), cache, CLASS_COUNT);
    expect(batch.batch.pixels).toEqual(pixelsOf(30, 10, 20));
    expect(cache.count).toBe(3);
  });
});
