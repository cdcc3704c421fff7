/** What a coordinator does with every contribution, on vectors of LeNet-5's length. Compare within one run only. */
import { bench, describe } from "vitest";
import { addVectors, createOptimizer, isFiniteVector } from "./index.ts";

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
  const optimizer = createOptimizer({ type: "sgd", learningRate: 1e-9, momentum: 0.9 }, LENGTH);
  const parameters = vector();
  bench("sgd with momentum", () => optimizer.step(parameters, right, 64, parameters));
});
