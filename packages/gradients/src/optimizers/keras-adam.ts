import type { OptimizerOf } from "@convoy/models";
import type { StepNumbers, UpdateRule } from "./update-rule.ts";

const f = Math.fround;

/**
 * Adam as keras.optimizers.Adam does it, t being the run's step: both corrections are in the rate, so epsilon is added
 * to the root of a second moment that has none (the "epsilon hat" of Kingma and Ba, ICLR 2015, section 2):
 * `m ← m + (1 − β₁)(g − m); v ← v + (1 − β₂)(g² − v); p ← p − η√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)`.
 */
export function kerasAdam({ beta1, beta2, epsilon }: OptimizerOf<"keras-adam">): UpdateRule {
  const rateAt = ({ step, learningRate }: StepNumbers) =>
    (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  return {
    stateNames: ["first-moment", "second-moment"],
    kernel: "kerasAdam",
    numbers: (at) => [at.sampleCount, 1 - beta1, 1 - beta2, rateAt(at), epsilon],
    apply(at, { parameters, gradientSum, before, after, next }) {
      const [oldFirst, oldSecond] = before as [Float32Array, Float32Array];
      const [first, second] = after as [Float32Array, Float32Array];
      const [share1, share2, rate, floor] = [f(1 - beta1), f(1 - beta2), f(rateAt(at)), f(epsilon)];
      for (let i = 0; i < parameters.length; i++) {
        const gradient = f((gradientSum[i] as number) / at.sampleCount);
        const oldMean = oldFirst[i] as number;
        const oldSquare = oldSecond[i] as number;
        const mean = f(oldMean + f(share1 * f(gradient - oldMean)));
        const square = f(oldSquare + f(share2 * f(f(gradient * gradient) - oldSquare)));
        first[i] = mean;
        second[i] = square;
        next[i] = f((parameters[i] as number) - f(f(rate * mean) / f(f(Math.sqrt(square)) + floor)));
      }
    },
  };
}
