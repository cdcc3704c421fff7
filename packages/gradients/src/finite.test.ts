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
