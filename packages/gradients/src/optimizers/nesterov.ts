import type { OptimizerOf } from "@convoy/models";
import { type UpdateRule, vectorOf } from "./update-rule.ts";

/** Nesterov's momentum as torch.optim.SGD does it (nesterov=True): `v ← μv + g; p ← p − η(g + μv)`. */
export function nesterov({ momentum, weightDecay = 0 }: OptimizerOf<"nesterov">): UpdateRule {
  return {
    stateNames: ["velocity"],
    apply({ learningRate, parameters, gradientSum, sampleCount, before, after, next }) {
      const oldVelocity = vectorOf(before, "velocity");
      const velocity = vectorOf(after, "velocity");
      for (let i = 0; i < parameters.length; i++) {
        const parameter = parameters[i] as number;
        const gradient = Math.fround((gradientSum[i] as number) / sampleCount + weightDecay * parameter);
        const moved = Math.fround(momentum * (oldVelocity[i] as number) + gradient);
        velocity[i] = moved;
        next[i] = parameter - learningRate * (gradient + momentum * moved);
      }
    },
  };
}
