/** What a coordinator does with every contribution, on vectors of LeNet-5's length. Compare within one run only. */
import type { OptimizerSpecification } from "@convoy/models";
import { addVectors, isFiniteVector } from "@convoy/vectors";
import { bench, describe } from "vitest";
import { createOptimizer } from "./index.ts";

const LENGTH = 44_426;
const vector = () => Float32Array.from({ length: LENGTH }, (_, i) => Math.sin(i));

describe("44,426 elements", () => {
  const left = vector();
  const right = vector().map((value) => value * 1e-9);
  const copied = vector();
  bench("copy (the measure)", () => copied.set(left));
  bench("addVectors", () => {
    addVectors(left, right);
  });
  bench("isFiniteVector", () => {
    isFiniteVector(left);
  });
  const parameters = vector();
  const moments = { learningRate: 1e-9, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const optimizers: OptimizerSpecification[] = [
    { type: "sgd", learningRate: 1e-9, momentum: 0.9 },
    { type: "nesterov", learningRate: 1e-9, momentum: 0.9 },
    { type: "adam", ...moments },
    { type: "keras-adam", ...moments },
  ];
  for (const specification of optimizers) {
    const optimizer = createOptimizer({ optimizer: specification, batchSize: 64 }, 1, LENGTH);
    bench(specification.type, () => {
      optimizer.step(parameters, right, { step: 1000, sampleCount: 64 }, parameters);
    });
  }
});
