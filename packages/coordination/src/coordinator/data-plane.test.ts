import { RandomSequence } from "@convoy/foundation";
import { type Recipe, recipes } from "@convoy/models";
import { decodeInto, type EncodedVector, encodedBytes, encodeVector, encodingOf } from "@convoy/vectors";
import { expect, test } from "vitest";
import { DataPlane } from "./data-plane.ts";

const sgd = { type: "sgd", learningRate: 1, momentum: 0 } as const;
const settingsWith = (optimizer: Recipe["optimizer"]) => ({
  run: "00112233445566ff",
  recipe: { ...(recipes[0] as Recipe), optimizer },
  trainCount: 640,
  seed: 5,
  downCodec: "fp32" as const,
  strategy: { type: "sync" } as const,
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
    const { optimizerState } = first.keep();
    const second = new DataPlane(settings, { version, parameters, optimizerState });
    for (const plane of [first, second]) step(plane, 2);
    expect(second.version).toBe(2);
    expect(second.parameters).toEqual(first.parameters);
    expect(second.frame).toEqual(first.frame);
  },
);

const averaging = { learningRate: 1, momentum: 0 };
const places = 4096;
const place = (index: number) => ({ level: 0, index });
const localStrategy = (outer: { learningRate: number; momentum: number }) =>
  ({ type: "local", localSteps: 4, outer, rateScaling: "none" }) as const;
const localPlane = (outer: { learningRate: number; momentum: number }) =>
  new DataPlane(
    { ...settingsWith(sgd), strategy: localStrategy(outer) },
    { version: 0, parameters: Float32Array.of(1, 2) },
  );

test("[H2] changes are weighed by their samples, and the order of arrival does not matter", () => {
  const changes = [
    { index: 0, change: [0.5, -1], weight: 3 },
    { index: 1, change: [1e-7, 1e7], weight: 1 },
    { index: 2, change: [-0.25, 3], weight: 4 },
  ];
  const results = [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
  ].map((order) => {
    const plane = localPlane(averaging);
    for (const next of order) {
      const { index, change, weight } = changes[next] as (typeof changes)[number];
      plane.accumulate(place(index), places, Float32Array.from(change), weight);
    }
    expect(plane.update(1, 8)).toBe(true);
    return [...plane.parameters];
  });
  expect(results[0]?.[0]).toBeCloseTo(1 - (3 * 0.5 + 1e-7 - 4 * 0.25) / 8, 6);
  for (const result of results) expect(result).toEqual(results[0]);
});

test("[H2] an outer momentum carries the changes of earlier rounds on, as Nesterov has it", () => {
  const plane = localPlane({ learningRate: 0.5, momentum: 0.5 });
  for (const version of [1, 2]) {
    plane.accumulate(place(0), places, Float32Array.of(1, 0), 2);
    plane.update(version, 2);
  }
  // v: 1, then 1.5; each step 0.5 (g + 0.5 v).
  expect(plane.parameters[0]).toBeCloseTo(1 - 0.5 * 1.5 - 0.5 * 1.75, 6);
});

test.each(["fp16", "int8", "top-k"] as const)(
  "encoded changes give the same bits as those decoded first, in whatever order they come: %s",
  (codec) => {
    const length = 1000;
    const random = new RandomSequence(3, "test");
    const encoding = encodingOf(codec);
    const encoded = Array.from({ length: 5 }, (_, counter): EncodedVector => {
      const vector = Float32Array.from({ length }, () => random.normal());
      const bytes = new Uint8Array(encodedBytes(encoding, length));
      const taken = encodeVector(encoding, vector, bytes, { seed: 1, counter });
      return { codec, length, bytes: bytes.subarray(0, taken) };
    });
    const start = { version: 0, parameters: new Float32Array(length) };
    const parametersAfter = (order: readonly number[], asFloats: boolean) => {
      const settings = { ...settingsWith(sgd), strategy: localStrategy(averaging) };
      const plane = new DataPlane(settings, start);
      for (const index of order) {
        const vector = encoded[index] as EncodedVector;
        const floats = new Float32Array(length);
        decodeInto(floats, vector);
        plane.accumulate(place(index), places, asFloats ? floats : vector, 10 + index);
      }
      expect(plane.update(1, 60)).toBe(true);
      return plane.parameters;
    };
    const expected = parametersAfter([0, 1, 2, 3, 4], true);
    for (const order of [
      [0, 1, 2, 3, 4],
      [4, 3, 2, 1, 0],
      [2, 0, 4, 3, 1],
    ])
      expect(parametersAfter(order, false)).toEqual(expected);
  },
);
