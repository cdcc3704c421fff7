import type { OptimizerOf } from "@convoy/models";
import { type UpdateRule, vectorOf } from "./update-rule.ts";

/**
 * Adam as torch.optim.Adam does it (Kingma and Ba, ICLR 2015, algorithm 1), t being the run's step:
 * `m ← m + (1 − β₁)(g − m); v ← β₂v + (1 − β₂)g²; p ← p − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)`.
 */
export function adam({ beta1, beta2, epsilon, weightDecay = 0 }: OptimizerOf<"adam">): UpdateRule {
  return {
    stateNames: ["first-moment", "second-moment"],
    apply({ step, learningRate, parameters, gradientSum, sampleCount, before, after, next }) {
      const oldFirst = vectorOf(before, "first-moment");
      const oldSecond = vectorOf(before, "second-moment");
      const first = vectorOf(after, "first-moment");
      const second = vectorOf(after, "second-moment");
      const rate = learningRate / (1 - beta1 ** step);
      const correction = Math.sqrt(1 - beta2 ** step);
      for (let i = 0; i < parameters.length; i++) {
        const parameter = parameters[i] as number;
        const gradient = Math.fround((gradientSum[i] as number) / sampleCount + weightDecay * parameter);
        const old = oldFirst[i] as number;
        const mean = Math.fround(old + (1 - beta1) * (gradient - old));
        const square = Math.fround(beta2 * (oldSecond[i] as number) + (1 - beta2) * gradient * gradient);
        first[i] = mean;
        second[i] = square;
        next[i] = parameter - (rate * mean) / (Math.sqrt(square) / correction + epsilon);
      }
    },
  };
}
