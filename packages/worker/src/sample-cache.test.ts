import { limits } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { SampleCache } from "./sample-cache.ts";

const pixelsOf = (sample: number) => Uint8Array.of(sample & 255, sample >> 8, 7);

/** The label and pixels of a sample, or null. */
function read(cache: SampleCache, split: "train" | "test", sample: number) {
  const pixels = new Uint8Array(3);
  const label = cache.read(split, sample, pixels);
  return label === null ? null : { label, pixels };
}

describe("the cache of samples", () => {
  test("gives back what was stored, and null for anything else", () => {
    const cache = new SampleCache(3);
    cache.store("train", 0, pixelsOf(1), 9);
    cache.store("train", 59_999, pixelsOf(2), 0);
    expect(read(cache, "train", 0)).toEqual({ label: 9, pixels: pixelsOf(1) });
    expect(read(cache, "train", 59_999)).toEqual({ label: 0, pixels: pixelsOf(2) });
    expect(read(cache, "train", 1)).toBeNull();
  });

  test("keeps training and test samples of the same number apart", () => {
    const cache = new SampleCache(3);
    cache.store("train", 5, pixelsOf(1), 1);
    expect(read(cache, "test", 5)).toBeNull();
    cache.store("test", 5, pixelsOf(2), 2);
    expect(read(cache, "train", 5)).toEqual({ label: 1, pixels: pixelsOf(1) });
    expect(read(cache, "test", 5)).toEqual({ label: 2, pixels: pixelsOf(2) });
  });

  test("stores a sample again in its own place", () => {
    const cache = new SampleCache(3, 8);
    cache.store("train", 1, pixelsOf(1), 1);
    cache.store("train", 1, pixelsOf(2), 2);
    cache.store("train", 2, pixelsOf(3), 3);
    expect(cache.count).toBe(2);
    expect(read(cache, "train", 1)).toEqual({ label: 2, pixels: pixelsOf(2) });
  });

  test("makes room by dropping the oldest, and stays within its bytes", () => {
    const capacity = 2500;
    const cache = new SampleCache(3, capacity * 4);
    for (let sample = 0; sample < 3 * capacity + 10; sample++) {
      cache.store("train", sample, pixelsOf(sample), sample % 10);
      expect(cache.count).toBeLessThanOrEqual(capacity);
    }
    const oldest = 2 * capacity + 10;
    expect(read(cache, "train", oldest - 1)).toBeNull();
    for (let sample = oldest; sample < 3 * capacity + 10; sample++)
      expect(read(cache, "train", sample)).toEqual({ label: sample % 10, pixels: pixelsOf(sample) });
  });

  test("keeps what is expected: all that came before make room first", () => {
    const cache = new SampleCache(3, 10 * 4);
    for (let sample = 0; sample < 10; sample++) cache.store("train", sample, pixelsOf(sample), sample);
    const expected = [7, 0, 3, 1];
    for (const sample of expected) expect(cache.keep("train", sample)).toBe(true);
    for (let sample = 10; sample < 16; sample++) cache.store("train", sample, pixelsOf(sample), 0);
    for (const sample of expected)
      expect(read(cache, "train", sample)).toEqual({ label: sample, pixels: pixelsOf(sample) });
    expect(cache.count).toBe(10);
    cache.store("train", 16, pixelsOf(16), 0);
    expect(expected.map((sample) => read(cache, "train", sample) !== null)).toEqual([false, true, true, true]);
    expect(cache.keep("train", 7)).toBe(false);
  });

  test("loses nothing for being asked to keep it, in whatever order", () => {
    const cache = new SampleCache(3, 100 * 4);
    for (let sample = 0; sample < 80; sample++) cache.store("train", sample, pixelsOf(sample), sample % 10);
    for (let i = 0; i < 240; i++) expect(cache.keep("train", (37 * i) % 80)).toBe(true);
    expect(cache.count).toBe(80);
    for (let sample = 0; sample < 80; sample++)
      expect(read(cache, "train", sample)).toEqual({ label: sample % 10, pixels: pixelsOf(sample) });
  });

  test("copies: what it was given may change afterwards", () => {
    const cache = new SampleCache(3);
    const pixels = pixelsOf(1);
    cache.store("train", 0, pixels, 1);
    pixels.fill(0);
    expect(read(cache, "train", 0)?.pixels).toEqual(pixelsOf(1));
  });

  test("holds at least one sample, however large, and a whole MNIST by default", () => {
    const cache = new SampleCache(1000, 10);
    cache.store("train", 3, new Uint8Array(1000).fill(5), 1);
    expect(cache.count).toBe(1);
    expect(70_000 * (28 * 28 + 1)).toBeLessThan(limits.cacheBytes);
  });
});
