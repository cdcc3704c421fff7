import type { OptimizerOf } from "@convoy/models";
import { type UpdateRule, vectorOf } from "./update-rule.ts";

/**
 * Adam as keras.optimizers.Adam does it, t being the run's step: both corrections are in the rate, so epsilon is added
 * to the root of a second moment that has none (the "epsilon hat" of Kingma and Ba, ICLR 2015, section 2):
 * `m ← m + (1 − β₁)(g − m); v ← v + (1 − β₂)(g² − v); p ← p − η√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)`.
 */
export function kerasAdam({ beta1, beta2, epsilon }: OptimizerOf<"keras-adam">): UpdateRule {
  return {
    stateNames: ["first-moment", "second-moment"],
    apply({ step, learningRate, parameters, gradientSum, sampleCount, before, after, next }) {
      const oldFirst = vectorOf(before, "first-moment");
      const oldSecond = vectorOf(before, "second-moment");
      const first = vectorOf(after, "first-moment");
      const second = vectorOf(after, "second-moment");
      const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
      for (let i = 0; i < parameters.length; i++) {
        const gradient = Math.fround((gradientSum[i] as number) / sampleCount);
        const oldMean = oldFirst[i] as number;
        const oldSquare = oldSecond[i] as number;
        const mean = Math.fround(oldMean + (1 - beta1) * (gradient - oldMean));
        const square = Math.fround(oldSquare + (1 - beta2) * (gradient * gradient - oldSquare));
        first[i] = mean;
        second[i] = square;
        next[i] = (parameters[i] as number) - (rate * mean) / (Math.sqrt(square) + epsilon);
      }
    },
  };
}
