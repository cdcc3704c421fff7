import type { OptimizerOf } from "@convoy/models";
import type { UpdateRule } from "./update-rule.ts";

const f = Math.fround;

/** Stochastic gradient descent as torch.optim.SGD does it (dampening 0): `v ← μv + g; p ← p − ηv`. */
export function sgd({ momentum, weightDecay = 0 }: OptimizerOf<"sgd">): UpdateRule {
  return {
    stateNames: ["velocity"],
    kernel: "momentum",
    numbers: ({ sampleCount, learningRate }) => [sampleCount, weightDecay, momentum, learningRate, 0],
    apply({ learningRate, sampleCount }, { parameters, gradientSum, before, after, next }) {
      const [oldVelocity, velocity] = [before[0] as Float32Array, after[0] as Float32Array];
      const [decay, kept, rate] = [f(weightDecay), f(momentum), f(learningRate)];
      for (let i = 0; i < parameters.length; i++) {
        const parameter = parameters[i] as number;
        const gradient = f(f((gradientSum[i] as number) / sampleCount) + f(decay * parameter));
        const moved = f(f(kept * (oldVelocity[i] as number)) + gradient);
        velocity[i] = moved;
        next[i] = f(parameter - f(rate * moved));
      }
    },
  };
}
