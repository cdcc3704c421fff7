import { expect, test } from "vitest";
import type { Dataset } from "./dataset.ts";
import { DatasetError } from "./dataset-error.ts";
import { firstSamples } from "./first-samples.ts";

const samples = (count: number) => ({
  count,
  pixels: Uint8Array.from({ length: 4 * count }, (_, i) => i),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
});

const dataset: Dataset = {
  name: "small",
  title: "Small",
  builtIn: false,
  classNames: ["even", "odd"],
  sampleShape: [2, 2, 1],
  train: samples(5),
  test: samples(3),
};

test("the first samples are kept, with their labels, and the title says how many", () => {
  const part = firstSamples(dataset, { train: 2, test: 1 });
  expect(part.title).toBe("Small, the first 2 to train and 1 to test");
  expect(part.train).toEqual({ count: 2, pixels: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7), labels: Uint8Array.of(0, 1) });
  expect(part.test).toEqual({ count: 1, pixels: Uint8Array.of(0, 1, 2, 3), labels: Uint8Array.of(0) });
});

test("what is not limited stays whole", () => {
  expect(firstSamples(dataset, { train: undefined, test: undefined })).toBe(dataset);
  const part = firstSamples(dataset, { train: 5, test: undefined });
  expect(part.test).toEqual(dataset.test);
  expect(part.title).toBe("Small, the first 5 to train");
});

test("more samples than there are cannot be had", () => {
  expect(() => firstSamples(dataset, { train: undefined, test: 4 })).toThrow(
    new DatasetError("Small has 3 samples to test, fewer than the 4 asked for."),
  );
});
