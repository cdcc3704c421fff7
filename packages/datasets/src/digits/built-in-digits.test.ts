import { AssertionError, murmur3 } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import type { SampleSet } from "../dataset.ts";
import { drawBuiltInDigits } from "./built-in-digits.ts";

const SIZE = 28;
const LENGTH = SIZE * SIZE;
const digits = drawBuiltInDigits({ trainCount: 3000, testCount: 300 });

const imageOf = (samples: SampleSet, index: number) => samples.pixels.subarray(index * LENGTH, (index + 1) * LENGTH);

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < LENGTH; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}

/** The part of the test set that gets the label of the nearest among `images`. */
function accuracyOfNearest(images: readonly ArrayLike<number>[], labels: ArrayLike<number>): number {
  let correct = 0;
  for (let sample = 0; sample < digits.test.count; sample++) {
    const image = imageOf(digits.test, sample);
    let nearest = 0;
    let least = Infinity;
    images.forEach((candidate, index) => {
      const distance = squaredDistance(image, candidate);
      if (distance < least) [least, nearest] = [distance, index];
    });
    if (labels[nearest] === digits.test.labels[sample]) correct++;
  }
  return correct / digits.test.count;
}

function meanImages(samples: SampleSet): number[][] {
  return Array.from({ length: 10 }, (_, digit) => {
    const mean = new Array<number>(LENGTH).fill(0);
    const members = [...samples.labels.keys()].filter((index) => samples.labels[index] === digit);
    for (const index of members) {
      imageOf(samples, index).forEach((pixel, position) => {
        mean[position] = (mean[position] as number) + pixel / members.length;
      });
    }
    return mean;
  });
}

describe("drawBuiltInDigits", () => {
  test("has MNIST's shapes and says that it is not MNIST", () => {
    expect(digits).toMatchObject({ name: "built-in-digits", title: "built-in digits", builtIn: true });
    expect(digits.sampleShape).toEqual([28, 28, 1]);
    expect(digits.classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect([digits.train.count, digits.train.pixels.length, digits.train.labels.length]).toEqual([
      3000,
      3000 * LENGTH,
      3000,
    ]);
    expect(digits.test.count).toBe(300);
  });

  test("draws a sample from seed, split and index alone", () => {
    const fewer = drawBuiltInDigits({ trainCount: 20, testCount: 5 });
    expect(fewer.train.pixels).toEqual(digits.train.pixels.subarray(0, 20 * LENGTH));
    expect(fewer.train.labels).toEqual(digits.train.labels.subarray(0, 20));
    expect(fewer.test.pixels).toEqual(digits.test.pixels.subarray(0, 5 * LENGTH));
    const other = drawBuiltInDigits({ seed: 1, trainCount: 20, testCount: 5 });
    expect(other.train.labels).not.toEqual(fewer.train.labels);
  });

  // Runs are compared between machines and repeated after years: these bytes may never change unnoticed.
  test("is pinned", () => {
    expect(murmur3(digits.train.pixels)).toBe(714336138);
    expect(murmur3(digits.train.labels)).toBe(3462266676);
    expect(murmur3(digits.test.pixels)).toBe(527056026);
  });

  test("draws no image twice", () => {
    const hashes = new Set<string>();
    for (const set of [digits.train, digits.test]) {
      for (let index = 0; index < set.count; index++) {
        const image = imageOf(set, index);
        hashes.add(`${murmur3(image)} ${murmur3(image, 1)}`);
      }
    }
    expect(hashes.size).toBe(digits.train.count + digits.test.count);
  });

  test("has every digit about equally often", () => {
    const counts = new Array<number>(10).fill(0);
    for (const label of digits.train.labels) counts[label] = (counts[label] as number) + 1;
    // 300 expected, deviation 16.
    for (const count of counts) expect(Math.abs(count - 300)).toBeLessThan(80);
  });

  test("refuses a count that is none", () => {
    expect(() => drawBuiltInDigits({ trainCount: 0 })).toThrow(AssertionError);
    expect(() => drawBuiltInDigits({ trainCount: 1, testCount: 1.5 })).toThrow(AssertionError);
  });
});

describe("an image", () => {
  test("is centred by mass, fits the box, has full ink and empty paper", () => {
    for (let index = 0; index < digits.train.count; index++) {
      const image = imageOf(digits.train, index);
      const inked = [...image.keys()].filter((pixel) => (image[pixel] as number) > 0);
      const mass = inked.reduce((sum, pixel) => sum + (image[pixel] as number), 0);
      const centre = (coordinate: (pixel: number) => number) =>
        inked.reduce((sum, pixel) => sum + (image[pixel] as number) * (coordinate(pixel) + 0.5), 0) / mass;
      const extent = (coordinate: (pixel: number) => number) => {
        const values = inked.map(coordinate);
        return Math.max(...values) - Math.min(...values) + 1;
      };
      const column = (pixel: number) => pixel % SIZE;
      const row = (pixel: number) => Math.floor(pixel / SIZE);
      // Half a pixel from rounding, the rest from noise.
      expect(Math.abs(centre(column) - 14)).toBeLessThan(0.6);
      expect(Math.abs(centre(row) - 14)).toBeLessThan(0.6);
      const longest = Math.max(extent(column), extent(row));
      expect(longest).toBeGreaterThanOrEqual(19);
      expect(longest).toBeLessThanOrEqual(22);
      expect(Math.max(...image)).toBeGreaterThan(200);
      expect(inked.length).toBeLessThan(LENGTH / 2);
    }
  });

  test("has about as much ink as one of MNIST, whose mean is 0.131 and deviation 0.308", () => {
    const { pixels } = digits.train;
    const mean = pixels.reduce((sum, pixel) => sum + pixel / 255, 0) / pixels.length;
    const square = pixels.reduce((sum, pixel) => sum + (pixel / 255) ** 2, 0) / pixels.length;
    expect(Math.abs(mean - 0.131)).toBeLessThan(0.02);
    expect(Math.abs(Math.sqrt(square - mean ** 2) - 0.308)).toBeLessThan(0.02);
  });
});

describe("learning them", () => {
  const means = meanImages(digits.train);

  // On MNIST this classifier has 82 %.
  test("is not trivial: the nearest mean image is often the wrong one", () => {
    const accuracy = accuracyOfNearest(means, Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(accuracy).toBeGreaterThan(0.7);
    expect(accuracy).toBeLessThan(0.9);
  });

  test("is possible: the nearest single image is far better", () => {
    const images = Array.from({ length: digits.train.count }, (_, index) => imageOf(digits.train, index));
    expect(accuracyOfNearest(images, digits.train.labels)).toBeGreaterThan(0.9);
  });
});
