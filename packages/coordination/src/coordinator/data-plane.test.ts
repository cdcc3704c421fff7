import { type Recipe, recipes } from "@convoy/models";
import { expect, test } from "vitest";
import { DataPlane } from "./data-plane.ts";

const sgd = { type: "sgd", learningRate: 1, momentum: 0 } as const;
const settingsWith = (optimizer: Recipe["optimizer"]) => ({
  run: "00112233445566ff",
  recipe: { ...(recipes[0] as Recipe), optimizer },
  trainCount: 640,
});
const whole = { level: 0, index: 0 };

test("[R1] a step divides the sum once and publishes a vector of its own", () => {
  const plane = new DataPlane(settingsWith(sgd), { version: 0, parameters: Float32Array.of(1, 2) });
  const before = plane.parameters;
  plane.accumulate(whole, 1, Float32Array.of(4, -8));
  expect(plane.update(1, 4)).toBe(true);
  expect([...before]).toEqual([1, 2]);
  expect([...plane.parameters]).toEqual([0, 4]);
  expect(plane.version).toBe(1);
});

test("[R8] a step into numbers that are none is not published", () => {
  const plane = new DataPlane(settingsWith(sgd), { version: 0, parameters: Float32Array.of(1, 2) });
  const frame = plane.frame;
  const halves = [0, 1].map((index) => ({ level: 0, index }));
  // Each half is a number; their sum is above the largest there is.
  for (const half of halves) plane.accumulate(half, 2, Float32Array.of(3e38, 0));
  expect(plane.update(1, 16)).toBe(false);
  expect([plane.version, ...plane.parameters]).toEqual([0, 1, 2]);
  expect(plane.frame).toBe(frame);
});

const optimizers: Recipe["optimizer"][] = [
  { type: "sgd", learningRate: 0.1, momentum: 0.9 },
  { type: "nesterov", learningRate: 0.1, momentum: 0.9 },
  { type: "adam", learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  { type: "keras-adam", learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
];
test.each(optimizers)(
  "[S1] a plane that goes on from saved vectors takes the same steps as the one they were saved from: $type",
  (optimizer) => {
    const settings = settingsWith(optimizer);
    const step = (plane: DataPlane, version: number) => {
      plane.accumulate(whole, 1, Float32Array.of(version, -1 / version));
      plane.update(version, 3);
    };
    const first = new DataPlane(settings, { version: 0, parameters: Float32Array.of(1, 2) });
    step(first, 1);
    const { version, parameters } = first;
    const { optimizerState } = first;
    const second = new DataPlane(settings, { version, parameters, optimizerState });
    for (const plane of [first, second]) step(plane, 2);
    expect(second.version).toBe(2);
    expect(second.parameters).toEqual(first.parameters);
    expect(second.frame).toEqual(first.frame);
  },
);
