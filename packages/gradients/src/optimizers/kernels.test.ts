import type { OptimizerSpecification } from "@convoy/models";
import { stepInBlocks } from "@convoy/vectors";
import { describe, expect, test } from "vitest";
import { ruleOf } from "./optimizer.ts";

const moments = { learningRate: 0.003, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const optimizers: OptimizerSpecification[] = [
  { type: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 },
  { type: "nesterov", learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 },
  { type: "adam", ...moments, weightDecay: 0.01 },
  { type: "keras-adam", ...moments },
];

/** Values of very different size, signs and zeros of both kinds among them. */
function draw(length: number, seed: number, { positive = false } = {}): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    if (i % 13 === 5) return i % 2 === 0 ? 0 : -0;
    const value = Math.sin(seed + 1.7 * i) * 10 ** (((seed + i) % 9) - 6);
    return positive ? Math.abs(value) : value;
  });
}

describe.each(optimizers.map((optimizer) => [optimizer.type, optimizer] as const))(
  "the kernel of %s",
  (_, optimizer) => {
    const rule = ruleOf(optimizer);
    const vectors = (length: number, seed = 1) => ({
      gradientSum: draw(length, seed),
      parameters: draw(length, seed + 1),
      before: rule.stateNames.map((_, i) => draw(length, seed + 2 + i, { positive: i === 1 })),
      after: rule.stateNames.map(() => new Float32Array(length)),
      next: new Float32Array(length),
    });
    const at = { step: 7, learningRate: optimizer.learningRate, sampleCount: 48 };

    test.each([1, 2, 3, 4, 5, 8191, 8192, 8193, 20_001])(
      "gives %i elements what the formula gives, to the last bit",
      (length) => {
        const [byKernel, byFormula] = [vectors(length), vectors(length)];
        expect(stepInBlocks(rule.kernel, rule.numbers(at), byKernel)).toBe(true);
        rule.apply(at, byFormula);
        for (const name of ["next", "after"] as const) {
          const [kernel, formula] = [byKernel[name], byFormula[name]].map((value) => [value].flat() as Float32Array[]);
          for (const [i, vector] of (kernel as Float32Array[]).entries()) {
            expect(firstDifference(vector, formula?.[i] as Float32Array), name).toBe(-1);
          }
        }
        const untouched = vectors(length);
        expect(firstDifference(byKernel.gradientSum, untouched.gradientSum)).toBe(-1);
        expect(firstDifference(byKernel.parameters, untouched.parameters)).toBe(-1);
      },
    );

    test("writes over what it read, where it is told to", () => {
      const [apart, over] = [vectors(9000), vectors(9000)];
      stepInBlocks(rule.kernel, rule.numbers(at), apart);
      stepInBlocks(rule.kernel, rule.numbers(at), { ...over, next: over.parameters, after: over.before });
      for (const [i, vector] of [over.parameters, ...over.before].entries()) {
        expect(firstDifference(vector, [apart.next, ...apart.after][i] as Float32Array)).toBe(-1);
      }
    });

    test.each([0, 4242, 8192, 8999])("notices the one value, number %i, that is no number", (place) => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const broken = vectors(9000);
        broken.parameters[place] = value;
        expect(stepInBlocks(rule.kernel, rule.numbers(at), broken)).toBe(false);
      }
    });
  },
);

/** Of the bits; where they are the same, −1. Quicker than to let vectors be compared. */
function firstDifference(a: Float32Array, b: Float32Array): number {
  const [one, other] = [new Uint32Array(a.buffer), new Uint32Array(b.buffer)];
  return one.findIndex((word, i) => word !== other[i]);
}
