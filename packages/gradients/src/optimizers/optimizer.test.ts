import type { OptimizerSpecification } from "@convoy/models";
import { describe, expect, test } from "vitest";
import { createOptimizer, type OptimizerState } from "../index.ts";

const momentum = { type: "sgd", learningRate: 0.1, momentum: 0.9 } as const;
const sample = { step: 1, sampleCount: 1 };

function create(optimizer: OptimizerSpecification, length: number, state?: OptimizerState) {
  return createOptimizer({ optimizer, batchSize: 4 }, 10, length, state);
}

describe("an optimizer", () => {
  test("follows PyTorch's recurrence, worked out by hand", () => {
    const optimizer = create(momentum, 2);
    const parameters = Float32Array.of(1, -2);
    // Sums over 4 samples: mean gradients (0.5, −1), then (0.25, 0).
    optimizer.step(parameters, Float32Array.of(2, -4), { step: 1, sampleCount: 4 }, parameters);
    expect(parameters[0]).toBeCloseTo(1 - 0.1 * 0.5, 6);
    expect(parameters[1]).toBeCloseTo(-2 + 0.1 * 1, 6);
    optimizer.step(parameters, Float32Array.of(1, 0), { step: 2, sampleCount: 4 }, parameters);
    expect(parameters[0]).toBeCloseTo(0.95 - 0.1 * (0.9 * 0.5 + 0.25), 6);
    expect(parameters[1]).toBeCloseTo(-1.9 - 0.1 * (0.9 * -1), 6);
  });

  test.each([1, 2, 3, 4, 5, 7, 8, 9])(
    "gives each of %i elements what it would have alone, to the last bit",
    (length) => {
      const draw = (seed: number) => Float32Array.from({ length }, (_, i) => Math.sin(seed + i) / 3);
      const decaying = { ...momentum, weightDecay: 0.01 };
      const together = create(decaying, length);
      const alone = Array.from({ length }, () => create(decaying, 1));
      const parameters = draw(1);
      const singles = Array.from(parameters, (value) => Float32Array.of(value));
      for (let step = 1; step <= 3; step++) {
        const gradient = draw(10 + step);
        const at = { step, sampleCount: 7 };
        together.step(parameters, gradient, at, parameters);
        for (const [i, single] of singles.entries()) alone[i]?.step(single, gradient.slice(i, i + 1), at, single);
      }
      expect(parameters).toEqual(Float32Array.from(singles, ([value]) => value as number));
    },
  );

  test("leaves the old parameters alone when the new ones have a place of their own", () => {
    const optimizer = create({ type: "sgd", learningRate: 1, momentum: 0 }, 1);
    const before = Float32Array.of(3);
    const after = new Float32Array(1);
    optimizer.step(before, Float32Array.of(2), { step: 1, sampleCount: 2 }, after);
    expect([before[0], after[0]]).toEqual([3, 2]);
  });

  const zeros = () => new Float32Array(1);
  const velocityOf = (state: OptimizerState) => state.get("velocity")?.[0];

  test("a state that was asked for stays as it is, whatever follows", () => {
    const optimizer = create(momentum, 1);
    optimizer.step(zeros(), Float32Array.of(1), sample, zeros());
    const kept = optimizer.state;
    for (let step = 0; step < 3; step++) optimizer.step(zeros(), Float32Array.of(1), sample, zeros());
    expect(velocityOf(kept)).toBe(1);
    expect(velocityOf(optimizer.state)).toBeCloseTo(1 + 0.9 + 0.81 + 0.729, 5);
  });

  test("a state that was given back has room for a later one, and only then", () => {
    const optimizer = create(momentum, 1);
    const step = () => optimizer.step(zeros(), Float32Array.of(1), sample, zeros());
    const first = optimizer.state;
    step();
    const second = optimizer.state;
    optimizer.giveBack(first);
    step();
    expect(optimizer.state).toBe(first);
    expect([velocityOf(first), velocityOf(second)]).toEqual([Math.fround(1.9), 1]);
    step();
    expect(optimizer.state).not.toBe(second);
    expect(velocityOf(second)).toBe(1);
    optimizer.giveBack(optimizer.state);
    const third = optimizer.state;
    optimizer.giveBack(third);
    step();
    expect(optimizer.state).toBe(third);
  });

  test("goes on from another's state as that one would, and leaves it alone", () => {
    const first = create(momentum, 1);
    first.step(zeros(), Float32Array.of(1), sample, zeros());
    const kept = first.state;
    const second = create(momentum, 1, kept);
    const [one, other] = [zeros(), zeros()];
    first.step(zeros(), Float32Array.of(0.3), sample, one);
    second.step(zeros(), Float32Array.of(0.3), sample, other);
    expect(other).toEqual(one);
    expect(velocityOf(kept)).toBe(1);
  });

  test.each([
    ["of another length", new Map([["velocity", new Float32Array(2)]])],
    ["without its velocity", new Map()],
  ])("a state %s is a programmer's error", (_, state) => {
    expect(() => create(momentum, 1, state)).toThrow("a velocity of this length");
  });
});
