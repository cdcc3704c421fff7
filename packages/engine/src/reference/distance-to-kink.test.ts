import type { Layer } from "@convoy/models";
import { expect, test } from "vitest";
import { smoothNetwork } from "../conformance/networks.ts";
import { randomProblem } from "../conformance/problem.ts";
import { distanceToKink } from "./distance-to-kink.ts";

/** Of a picture of 2 × 2 pixels, taken as they are. */
function distanceOf(pixels: readonly number[], ...layers: Layer[]): number {
  const flatten: Layer = { type: "flatten" };
  const model = { name: "by hand", inputShape: [2, 2, 1] as const, layers: [...layers, flatten], classCount: 4 };
  const classCount = layers.some(({ type }) => type.endsWith("pool")) ? 1 : 4;
  const task = { model: { ...model, classCount }, preprocessing: { mean: [128 / 255], deviation: [1 / 255] } };
  const batch = { count: 1, pixels: Uint8Array.from(pixels, (pixel) => pixel + 128), labels: Uint8Array.of(0) };
  return distanceToKink(task, new Float32Array(0), batch);
}

const pool = { window: 2, stride: 2, padding: "valid" } as const;
const size = Math.sqrt((1 + 9 + 25 + 81) / 4);

test("the distance to a ReLU's kink is its input's, relative to the layer's size", () => {
  expect(distanceOf([-5, 3, -1, 9], { type: "relu" })).toBeCloseTo(1 / size, 12);
});

test("the distance to a pooling's kink is the gap between the first and the second of a window", () => {
  expect(distanceOf([-5, 3, -1, 9], { type: "max-pool", ...pool })).toBeCloseTo(6 / size, 12);
  expect(distanceOf([-5, 3, -1, 9], { type: "min-pool", ...pool })).toBeCloseTo(4 / size, 12);
});

test("equal values are no kink: they round alike", () => {
  expect(distanceOf([-5, -3, -1, -9], { type: "relu" }, { type: "max-pool", ...pool })).toBeCloseTo(1 / size, 12);
  expect(distanceOf([9, 3, 1, 9], { type: "max-pool", ...pool })).toBe(Number.POSITIVE_INFINITY);
});

test("a smooth network has none", () => {
  const { task, parameters, batch } = randomProblem(smoothNetwork, 2);
  expect(distanceToKink(task, parameters, batch)).toBe(Number.POSITIVE_INFINITY);
});
