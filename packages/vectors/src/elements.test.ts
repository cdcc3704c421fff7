import { describe, expect, test } from "vitest";
import { addPlainly } from "./elements.ts";
import { addVectors, normOf } from "./index.ts";

const draw = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i) * 10 ** (((seed + i) % 9) - 6));

describe("a sum of two vectors", () => {
  test.each([0, 1, 2, 3, 4, 5, 8191, 8192, 8193, 20_001])(
    "of %i elements is the same with SIMD and without",
    (length) => {
      const right = draw(length, 2);
      const [bySimd, plainly] = [draw(length, 1), draw(length, 1)];
      expect(addVectors(bySimd, right)).toBe(bySimd);
      addPlainly(plainly, right);
      expect(bySimd.every((value, i) => Object.is(value, plainly[i]))).toBe(true);
      expect(right).toEqual(draw(length, 2));
    },
  );

  test("of two lengths is a programmer's error", () => {
    expect(() => addVectors(new Float32Array(3), new Float32Array(4))).toThrow("one length");
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
