import { AssertionError } from "@convoy/foundation";
import { expect, test } from "vitest";
import type { SampleSet } from "./dataset.ts";
import { gatherSamples, picture } from "./gather-samples.ts";

// Three samples of 2×2×1.
const samples: SampleSet = {
  count: 3,
  pixels: Uint8Array.of(1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24),
  labels: Uint8Array.of(7, 8, 9),
};

test("gathers in the order asked for, repeats too", () => {
  const { pixels, labels } = gatherSamples(samples, Uint32Array.of(2, 0, 2));
  expect(pixels).toEqual(Uint8Array.of(21, 22, 23, 24, 1, 2, 3, 4, 21, 22, 23, 24));
  expect(labels).toEqual(Uint8Array.of(9, 7, 9));
});

test("copies into one buffer", () => {
  const { pixels, labels } = gatherSamples(samples, [1]);
  expect(labels.buffer).toBe(pixels.buffer);
  expect(pixels.buffer.byteLength).toBe(5);
  pixels[0] = 99;
  expect(samples.pixels[4]).toBe(11);
});

test("gathers nothing", () => {
  const { pixels, labels } = gatherSamples(samples, []);
  expect([pixels.length, labels.length]).toEqual([0, 0]);
});

test.each([3, -1, 0.5])("sample %d is an error", (index) => {
  expect(() => gatherSamples(samples, [index])).toThrow(AssertionError);
});

test("the picture of one sample, and none beside the set", () => {
  expect(picture(samples, 1)).toEqual(Uint8Array.of(11, 12, 13, 14));
  expect([3, -1, 0.5, Number.NaN].map((position) => picture(samples, position))).toEqual([null, null, null, null]);
});
