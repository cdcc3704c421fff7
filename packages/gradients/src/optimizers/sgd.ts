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
  let current = state ?? zeroState(length);
  /** Someone outside has it: it is not written to. */
  let isKept = state !== undefined;
  let spare: OptimizerState | null = null;
  assert(velocityOf(current)?.length === length, "a state has a velocity of this length");
  return {
    get state() {
      isKept = true;
      return current;
    },
    giveBack(given) {
      if (given === current) isKept = false;
      else spare = given;
    },
    step(parameters, gradientSum, sampleCount, next) {
      assert(sampleCount > 0, "a batch has at least one sample");
      assert(parameters.length === length && gradientSum.length === length && next.length === length, "lengths agree");
      const before = velocityOf(current) as Float32Array;
      if (isKept) {
        current = spare ?? zeroState(length);
        spare = null;
        isKept = false;
      }
      const velocity = velocityOf(current) as Float32Array;
      for (let i = 0; i < length; i++) {
        const gradient = Math.fround((gradientSum[i] as number) / sampleCount);
        const moved = Math.fround(momentum * (before[i] as number) + gradient);
        velocity[i] = moved;
        next[i] = (parameters[i] as number) - learningRate * moved;
      }
    },
  };
}

function zeroState(length: number): OptimizerState {
  return new Map([["velocity", new Float32Array(length)]]);
}

function velocityOf(state: OptimizerState): Float32Array | undefined {
  return state.get("velocity");
}
