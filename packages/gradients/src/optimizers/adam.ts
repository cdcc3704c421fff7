import type { OptimizerOf } from "@convoy/models";
import type { StepNumbers, UpdateRule } from "./update-rule.ts";

const f = Math.fround;

/**
 * Adam as torch.optim.Adam does it (Kingma and Ba, ICLR 2015, algorithm 1), t being the run's step:
 * `m ← m + (1 − β₁)(g − m); v ← β₂v + (1 − β₂)g²; p ← p − η/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)`.
 */
export function adam({ beta1, beta2, epsilon, weightDecay = 0 }: OptimizerOf<"adam">): UpdateRule {
  const rateAt = ({ step, learningRate }: StepNumbers) => learningRate / (1 - beta1 ** step);
  const correctionAt = ({ step }: StepNumbers) => Math.sqrt(1 - beta2 ** step);
  return {
    stateNames: ["first-moment", "second-moment"],
    kernel: "adam",
    numbers: (at) => {
      const betas = [1 - beta1, beta2, 1 - beta2];
      return [at.sampleCount, weightDecay, ...betas, rateAt(at), correctionAt(at), epsilon];
    },
    apply(at, { parameters, gradientSum, before, after, next }) {
      const [oldFirst, oldSecond] = before as [Float32Array, Float32Array];
      const [first, second] = after as [Float32Array, Float32Array];
      const [share1, share2, rate, correction] = [f(1 - beta1), f(1 - beta2), f(rateAt(at)), f(correctionAt(at))];
      const [decay, kept, floor] = [f(weightDecay), f(beta2), f(epsilon)];
      for (let i = 0; i < parameters.length; i++) {
        const parameter = parameters[i] as number;
        const gradient = f(f((gradientSum[i] as number) / at.sampleCount) + f(decay * parameter));
        const old = oldFirst[i] as number;
        const mean = f(old + f(share1 * f(gradient - old)));
        const square = f(f(kept * (oldSecond[i] as number)) + f(f(share2 * gradient) * gradient));
        first[i] = mean;
        second[i] = square;
        next[i] = f(parameter - f(f(rate * mean) / f(f(f(Math.sqrt(square)) / correction) + floor)));
      }
    },
  };
}
