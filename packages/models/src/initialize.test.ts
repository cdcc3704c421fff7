import { describe, expect, test } from "vitest";
import {
  type Initialization,
  initializeParameters,
  type Layer,
  lenet5,
  type ModelSpecification,
  type ParameterEntry,
  parameterLayout,
} from "./index.ts";

const layout = parameterLayout(lenet5);

const tensorOf = (parameters: Float32Array, { offset, length }: ParameterEntry) =>
  parameters.subarray(offset, offset + length);

const largestOf = (tensor: Float32Array) => tensor.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const meanOf = (values: Float32Array, power: number) =>
  values.reduce((sum, value) => sum + value ** power, 0) / values.length;

/** Fans of LeNet-5's weights by hand: window² × channels, and units. */
const fans: Record<string, readonly [fanIn: number, fanOut: number]> = {
  "convolution1.weights": [25, 150],
  "convolution2.weights": [150, 400],
  "dense1.weights": [256, 120],
  "dense2.weights": [120, 84],
  "dense3.weights": [84, 10],
};

describe("weights", () => {
  test.each([
    ["pytorch-default", (fanIn: number) => 1 / Math.sqrt(fanIn)],
    ["glorot-uniform", (fanIn: number, fanOut: number) => Math.sqrt(6 / (fanIn + fanOut))],
    ["he-uniform", (fanIn: number) => Math.sqrt(6 / fanIn)],
  ] as const)("of %s are uniform within their bound, tensor by tensor", (type, boundOf) => {
    const parameters = initializeParameters(layout, { type }, 7);
    for (const entry of layout.entries.filter(({ role }) => role === "weights")) {
      const bound = boundOf(...(fans[entry.name] as [number, number]));
      const tensor = tensorOf(parameters, entry);
      expect(largestOf(tensor)).toBeLessThanOrEqual(Math.fround(bound));
      expect(largestOf(tensor)).toBeGreaterThan(0.95 * bound);
      if (entry.length >= 1000) expect(meanOf(tensor, 2) / (bound ** 2 / 3)).toBeCloseTo(1, 1);
    }
  });

  test.each([
    ["glorot-normal", (fanIn: number, fanOut: number) => Math.sqrt(2 / (fanIn + fanOut))],
    ["he-normal", (fanIn: number) => Math.sqrt(2 / fanIn)],
  ] as const)("of %s have their deviation and end at two of the untruncated one", (type, deviationOf) => {
    const parameters = initializeParameters(layout, { type }, 7);
    for (const entry of layout.entries.filter(({ role }) => role === "weights")) {
      const deviation = deviationOf(...(fans[entry.name] as [number, number]));
      const tensor = tensorOf(parameters, entry);
      expect(largestOf(tensor)).toBeLessThanOrEqual((2 * deviation) / 0.8796);
      if (entry.length < 2000) continue;
      expect(largestOf(tensor)).toBeGreaterThan((1.95 * deviation) / 0.8797);
      expect(meanOf(tensor, 2) / deviation ** 2).toBeCloseTo(1, 1);
      // The kurtosis of a normal distribution without its ends; a uniform one has 1.8 and a whole one 3.
      const kurtosis = meanOf(tensor, 4) / meanOf(tensor, 2) ** 2;
      expect(kurtosis).toBeGreaterThan(2.25);
      expect(kurtosis).toBeLessThan(2.5);
    }
  });

  test("of a Gaussian have its deviation, and are not truncated", () => {
    const parameters = initializeParameters(layout, { type: "gaussian", deviation: 0.01 }, 7);
    const dense = tensorOf(parameters, layout.entries[4] as ParameterEntry);
    expect(Math.sqrt(meanOf(dense, 2)) / 0.01).toBeCloseTo(1, 1);
    expect(Math.abs(meanOf(dense, 1))).toBeLessThan(0.0003);
    expect(meanOf(dense, 4) / meanOf(dense, 2) ** 2).toBeGreaterThan(2.9);
    expect(largestOf(dense)).toBeGreaterThan(0.035);
  });
});

describe("biases", () => {
  const biasesOf = (initialization: Initialization, model = lenet5) => {
    const own = parameterLayout(model);
    const parameters = initializeParameters(own, initialization, 7);
    return own.entries.filter(({ role }) => role === "bias").map((entry) => tensorOf(parameters, entry));
  };
  const constants = (initialization: Initialization, model = lenet5) =>
    biasesOf(initialization, model).map((tensor) => {
      expect(tensor.every((value) => value === tensor[0])).toBe(true);
      return tensor[0];
    });

  test("of PyTorch are as its weights", () => {
    biasesOf({ type: "pytorch-default" }).forEach((tensor, index) => {
      const [fanIn] = Object.values(fans)[index] as [number, number];
      expect(largestOf(tensor)).toBeLessThanOrEqual(1 / Math.sqrt(fanIn));
      expect(largestOf(tensor)).toBeGreaterThan(0.5 / Math.sqrt(fanIn));
    });
  });

  test.each(["glorot-uniform", "glorot-normal", "he-uniform", "he-normal"] as const)(
    "of %s are zero, or what is said",
    (type) => {
      expect(constants({ type })).toEqual([0, 0, 0, 0, 0]);
      expect(constants({ type, bias: 0.5, biasOf: { dense1: 2 } })).toEqual([0.5, 0.5, 2, 0.5, 0.5]);
    },
  );

  test("can be those of Krizhevsky et al., 2012", () => {
    const biasOf = { convolution2: 1, convolution4: 1, convolution5: 1, dense1: 1, dense2: 1 };
    const initialization = { type: "gaussian", deviation: 0.01, bias: 0, biasOf } as const;
    const convolution: Layer = { type: "convolution", channels: 2, window: 3, stride: 1, padding: "same" };
    const dense: Layer = { type: "dense", units: 2 };
    const layers = [...Array(5).fill(convolution), { type: "flatten" }, ...Array(3).fill(dense)];
    const model: ModelSpecification = { name: "small", inputShape: [4, 4, 1], layers, classCount: 2 };
    expect(constants(initialization, model)).toEqual([0, 1, 0, 1, 1, 1, 1, 0]);
  });
});

test.each(["pytorch-default", "glorot-uniform", "he-normal"] as const)("%s depends on the seed alone", (type) => {
  const values = initializeParameters(layout, { type }, 7);
  expect(initializeParameters(layout, { type }, 7)).toEqual(values);
  expect(initializeParameters(layout, { type }, 8)).not.toEqual(values);
});
