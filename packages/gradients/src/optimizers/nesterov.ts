import type { OptimizerOf } from "@convoy/models";
import type { UpdateRule } from "./update-rule.ts";

const f = Math.fround;

/** Nesterov's momentum as torch.optim.SGD does it (nesterov=True): `v ← μv + g; p ← p − η(g + μv)`. */
export function nesterov({ momentum, weightDecay = 0 }: OptimizerOf<"nesterov">): UpdateRule {
  return {
    stateNames: ["velocity"],
    kernel: "momentum",
    numbers: ({ sampleCount, learningRate }) => [sampleCount, weightDecay, momentum, learningRate, 1],
    apply({ learningRate, sampleCount }, { parameters, gradientSum, before, after, next }) {
      const [oldVelocity, velocity] = [before[0] as Float32Array, after[0] as Float32Array];
      const [decay, kept, rate] = [f(weightDecay), f(momentum), f(learningRate)];
      for (let i = 0; i < parameters.length; i++) {
        const parameter = parameters[i] as number;
        const gradient = f(f((gradientSum[i] as number) / sampleCount) + f(decay * parameter));
        const moved = f(f(kept * (oldVelocity[i] as number)) + gradient);
        velocity[i] = moved;
        next[i] = f(parameter - f(rate * f(gradient + f(kept * moved))));
      }
    },
  };
}
