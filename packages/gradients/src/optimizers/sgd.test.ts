import { describe, expect, test } from "vitest";
import { createOptimizer, isFiniteVector } from "../index.ts";

describe("sgd with momentum", () => {
  test("follows PyTorch's recurrence, worked out by hand", () => {
    const optimizer = createOptimizer({ type: "sgd", learningRate: 0.1, momentum: 0.9 }, 2);
    const parameters = Float32Array.of(1, -2);
    // Sums over 4 samples: mean gradients (0.5, −1), then (0.25, 0).
    optimizer.step(parameters, Float32Array.of(2, -4), 4, parameters);
    expect(parameters[0]).toBeCloseTo(1 - 0.1 * 0.5, 6);
    expect(parameters[1]).toBeCloseTo(-2 + 0.1 * 1, 6);
    optimizer.step(parameters, Float32Array.of(1, 0), 4, parameters);
    expect(parameters[0]).toBeCloseTo(0.95 - 0.1 * (0.9 * 0.5 + 0.25), 6);
    expect(parameters[1]).toBeCloseTo(-1.9 - 0.1 * (0.9 * -1), 6);
  });

  test("leaves the old parameters alone when the new ones have a place of their own", () => {
    const optimizer = createOptimizer({ type: "sgd", learningRate: 1, momentum: 0 }, 1);
    const before = Float32Array.of(3);
    const after = new Float32Array(1);
    optimizer.step(before, Float32Array.of(2), 2, after);
    expect([before[0], after[0]]).toEqual([3, 2]);
  });
});

test.each([
  [[1, -2, 3e38], true],
  [[1, Number.NaN], false],
  [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], false],
  [[], true],
])("isFiniteVector(%j) is %s", (values, expected) => {
  expect(isFiniteVector(Float32Array.from(values))).toBe(expected);
});
