import { expect, test } from "vitest";
import { isFiniteVector } from "./index.ts";

test.each([
  [[1, -2, 3e38], true],
  [[1, Number.NaN], false],
  [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], false],
  [[], true],
])("isFiniteVector(%j) is %s", (values, expected) => {
  expect(isFiniteVector(Float32Array.from(values))).toBe(expected);
});

test("isFiniteVector looks at every element", () => {
  for (const length of [1, 2, 3, 4, 5, 6, 7, 8, 9, 8191, 8192, 8193]) {
    expect(isFiniteVector(new Float32Array(length).fill(-3e38))).toBe(true);
    const everywhere = Array.from({ length: Math.min(length, 9) }, (_, i) => [i, length - 1 - i]).flat();
    for (const place of everywhere) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(isFiniteVector(new Float32Array(length).with(place, value))).toBe(false);
      }
    }
  }
});

test("what an earlier vector left behind does not matter", () => {
  expect(isFiniteVector(new Float32Array(8).fill(Number.NaN))).toBe(false);
  for (let length = 1; length <= 8; length++) expect(isFiniteVector(new Float32Array(length))).toBe(true);
});
