import { describe, expect, test } from "vitest";
import { addPlainly } from "./elements.ts";
import { addVectors } from "./index.ts";

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
