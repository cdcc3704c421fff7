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
  for (let length = 1; length <= 9; length++) {
    expect(isFiniteVector(new Float32Array(length).fill(-3e38))).toBe(true);
    for (let place = 0; place < length; place++) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(isFiniteVector(new Float32Array(length).with(place, value))).toBe(false);
      }
    }
  }
});
