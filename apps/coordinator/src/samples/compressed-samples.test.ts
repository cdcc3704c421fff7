import { inflateRawSync } from "node:zlib";
import { drawBuiltInDigits, gatherSamples, type SampleSet } from "@convoy/datasets";
import { RandomSequence } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import { CompressedSamples } from "./compressed-samples.ts";

const digits = drawBuiltInDigits({ trainCount: 64, testCount: 1 }).train;

/** Pictures of which nothing can be foretold. */
function noise(count: number, sampleBytes: number): SampleSet {
  const random = new RandomSequence(2, "test", 0);
  const pixels = Uint8Array.from({ length: count * sampleBytes }, () => random.below(256));
  return { count, pixels, labels: new Uint8Array(count) };
}

function compressed(set: SampleSet): CompressedSamples {
  const samples = new CompressedSamples(set);
  for (let sample = 0; sample < set.count; sample++) samples.compress(sample);
  return samples;
}

describe("[L14] samples that are each compressed by themselves", () => {
  test("are one stream in any order, also repeated", () => {
    const samples = compressed(digits);
    for (const asked of [[0], [63, 1, 1, 40], [...digits.labels.keys()]]) {
      const stream = samples.gather(asked);
      expect(new Uint8Array(inflateRawSync(stream as Uint8Array))).toEqual(gatherSamples(digits, asked).pixels);
    }
  });

  test("are had only when all of those asked for are compressed", () => {
    const samples = new CompressedSamples(digits);
    for (const sample of [3, 5]) samples.compress(sample);
    expect(samples.gather([3, 5])).not.toBeNull();
    expect(samples.gather([3, 4, 5])).toBeNull();
  });

  test("take what they need and no more, however often they are compressed", () => {
    const samples = compressed(digits);
    const { bytes } = samples;
    for (let i = 0; i < 10; i++) samples.compress(i);
    expect(samples.bytes).toBe(bytes);
    expect(bytes).toBe(1024 * 1024);
  });

  test("are had too where they fill several slabs, and where a piece is not smaller than the pixels", () => {
    const set = noise(60, 20_000);
    const samples = compressed(set);
    expect(new Uint8Array(inflateRawSync(samples.gather([59, 0, 52]) as Uint8Array))).toEqual(
      gatherSamples(set, [59, 0, 52]).pixels,
    );
    expect(samples.bytes).toBeLessThan(2 * set.pixels.length);
  });

  test("are worth it where they become a part of what they were, as drawings do and noise does not", () => {
    expect(new CompressedSamples(digits).isWorthwhile()).toBe(true);
    expect(new CompressedSamples(noise(64, 784)).isWorthwhile()).toBe(false);
  });
});
