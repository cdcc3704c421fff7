import { assert } from "@convoy/foundation";
import type { OptimizerSpecification } from "@convoy/models";
import type { Optimizer, OptimizerState } from "./optimizer.ts";

/**
 * Stochastic gradient descent with momentum in PyTorch's form (torch.optim.SGD, dampening 0):
 * `v ← μv + g; p ← p − ηv`. Each result is rounded to 32 bits once.
 */
export function sgd(
  { learningRate, momentum }: OptimizerSpecification,
  length: number,
  state?: OptimizerState,
): Optimizer {
  let velocity = state?.get("velocity") ?? new Float32Array(length);
  assert(velocity.length === length && (state?.has("velocity") ?? true), "a state has a velocity of this length");
  /** Someone outside has it: it is not written to. */
  let isKept = state !== undefined;
  return {
    get state() {
      isKept = true;
      return new Map([["velocity", velocity]]);
    },
    step(parameters, gradientSum, sampleCount, next) {
      assert(sampleCount > 0, "a batch has at least one sample");
      assert(parameters.length === length && gradientSum.length === length && next.length === length, "lengths agree");
      const before = velocity;
      if (isKept) velocity = new Float32Array(length);
      isKept = false;
      for (let i = 0; i < length; i++) {
        const gradient = Math.fround((gradientSum[i] as number) / sampleCount);
        const moved = Math.fround(momentum * (before[i] as number) + gradient);
        velocity[i] = moved;
        next[i] = (parameters[i] as number) - learningRate * moved;
      }
    },
  };
}
