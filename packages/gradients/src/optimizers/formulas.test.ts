import type { OptimizerSpecification } from "@convoy/models";
import { expect, test } from "vitest";
import goldens from "../goldens/pytorch-optimizers.json" with { type: "json" };
import { createOptimizer } from "../index.ts";

const SAMPLES = 4;
const TOLERANCE = 1e-6;

test.each(goldens.optimizers.map((golden) => [JSON.stringify(golden.optimizer), golden] as const))(
  "%s is where its framework is after ten steps",
  (_, golden) => {
    const optimizer = golden.optimizer as OptimizerSpecification;
    const stepper = createOptimizer({ optimizer, batchSize: SAMPLES }, 1, goldens.initial.length);
    const parameters = Float32Array.from(goldens.initial);
    goldens.gradients.forEach((gradient, index) => {
      const sum = Float32Array.from(gradient, (value) => SAMPLES * value);
      stepper.step(parameters, sum, { step: index + 1, sampleCount: SAMPLES }, parameters);
    });
    golden.parameters.forEach((expected, i) => {
      expect(Math.abs((parameters[i] as number) / expected - 1), `parameter ${i}`).toBeLessThan(TOLERANCE);
    });
  },
);

test("the forms of Adam are apart by more than the tolerance where epsilon matters", () => {
  const [pytorch, keras] = ["adam", "keras-adam"].map(
    (type) => goldens.optimizers.find(({ optimizer }) => optimizer.type === type)?.parameters[3] as number,
  ) as [number, number];
  expect(Math.abs(pytorch / keras - 1)).toBeGreaterThan(1000 * TOLERANCE);
});

test("the step is the run's, not how many were taken here", () => {
  const optimizer = { type: "adam", learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 1e-8 } as const;
  const after = (step: number) => {
    const parameters = new Float32Array(1);
    createOptimizer({ optimizer, batchSize: 1 }, 1, 1).step(
      parameters,
      Float32Array.of(1),
      { step, sampleCount: 1 },
      parameters,
    );
    return parameters[0];
  };
  // m = 1/2 and v = 1/4, over 1 − 1/2ᵗ and 1 − (3/4)ᵗ.
  expect(after(1)).toBeCloseTo(-0.1, 6);
  expect(after(2)).toBeCloseTo((-0.1 * (0.5 / 0.75)) / Math.sqrt(0.25 / 0.4375), 6);
});
