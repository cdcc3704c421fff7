import { describe, expect, test } from "vitest";
import { accumulateWeighted, addVectors, normOf, scaleVector } from "./index.ts";

const draw = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i) * 10 ** (((seed + i) % 9) - 6));
const lengths = [0, 1, 2, 3, 4, 5, 8191, 8192, 8193, 20_001];

describe("a sum of two vectors", () => {
  test.each(lengths)("of %i elements has each sum rounded to 32 bits", (length) => {
    const [left, right] = [draw(length, 1), draw(length, 2)];
    expect(addVectors(left, right)).toBe(left);
    expect(left).toEqual(draw(length, 1).map((value, i) => value + (right[i] as number)));
    expect(right).toEqual(draw(length, 2));
  });

  test("of two lengths is a programmer's error", () => {
    expect(() => addVectors(new Float32Array(3), new Float32Array(4))).toThrow("one length");
  });
});

describe("a weighted sum", () => {
  test.each(lengths)("of %i elements has weight, product and sum rounded to 32 bits", (length) => {
    for (const weight of [1, -1, 0.1, 1 / 3, 1e-20, 1e20]) {
      const [sum, vector] = [draw(length, 1), draw(length, 2)];
      accumulateWeighted(sum, vector, weight);
      const products = vector.map((value) => Math.fround(weight) * value);
      expect(sum).toEqual(draw(length, 1).map((value, i) => value + (products[i] as number)));
      expect(vector).toEqual(draw(length, 2));
    }
  });

  test("of two lengths is a programmer's error", () => {
    expect(() => accumulateWeighted(new Float32Array(3), new Float32Array(4), 1)).toThrow("one length");
  });
});

describe("a vector times a weight", () => {
  test.each(lengths)("of %i elements has weight and product rounded to 32 bits", (length) => {
    for (const weight of [1, -1, 0.1, 1 / 3, 640, 1e-20]) {
      const vector = draw(length, 1);
      scaleVector(vector, weight);
      expect(vector).toEqual(draw(length, 1).map((value) => Math.fround(weight) * value));
    }
  });
});

describe("the norm", () => {
  test.each([0, 1, 2, 3, 4, 5, 7, 8, 9, 8191, 8192, 8193, 20_001])(
    "of %i elements is that of their squares",
    (length) => {
      const vector = draw(length, 1);
      const expected = Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0));
      expect(Math.abs(normOf(vector) - expected)).toBeLessThanOrEqual(1e-5 * expected);
    },
  );

  test("is no number where an element is none, and infinite where a square is too large", () => {
    for (const place of [0, 4, 8200]) {
      expect(normOf(new Float32Array(9000).with(place, Number.NaN))).toBeNaN();
      expect(normOf(new Float32Array(9000).with(place, -1e30))).toBe(Number.POSITIVE_INFINITY);
    }
  });
});
