import type { ModelSpecification } from "@convoy/models";
import { describe, expect, it } from "vitest";
import { compareVectors } from "../compare-vectors.ts";
import { edgeNetworks, smallNetwork } from "../conformance/networks.ts";
import { type Problem, randomProblem } from "../conformance/problem.ts";
import { networkGoldens } from "../conformance/pytorch-goldens.ts";
import type { EngineTask } from "../engine.ts";
import { needsDraws } from "../sample-draws.ts";
import { ReferenceEngine } from "./reference-engine.ts";

const identity = { mean: [0], deviation: [1 / 255] };

function engineFor(task: EngineTask, parameters: ArrayLike<number>): ReferenceEngine {
  const engine = new ReferenceEngine(task);
  engine.setParameters(Float32Array.from(parameters));
  return engine;
}

const MOVED_COUNT = 150;

/** The largest difference between the gradient and central differences of the loss, parameter by parameter. */
async function largestError({ task, parameters, batch }: Problem): Promise<{ difference: number; largest: number }> {
  const engine = engineFor(task, parameters);
  const gradient = engine.computePreciseGradient(batch).gradient.slice();
  let difference = 0;
  // Of a large network, every so many; an odd stride, so that it meets all channels in turn.
  const stride = Math.floor(gradient.length / MOVED_COUNT / 2) * 2 + 1;
  for (let i = 0; i < gradient.length; i += stride) {
    const moved = parameters.slice();
    const lossAt = async (distance: number) => {
      moved[i] = (parameters[i] as number) + distance;
      engine.setParameters(moved);
      // What is dropped in training is kept in evaluation.
      const { lossSum } = needsDraws(task)
        ? engine.computePreciseGradient(batch).outcome
        : await engine.evaluate(batch);
      return { at: moved[i] as number, loss: lossSum };
    };
    const after = await lossAt(2 ** -13);
    const before = await lossAt(-(2 ** -13));
    const slope = (after.loss - before.loss) / (after.at - before.at);
    difference = Math.max(difference, Math.abs(slope - (gradient[i] as number)));
  }
  return { difference, largest: Math.max(...gradient.map(Math.abs)) };
}

describe("the gradient is the derivative of the loss", () => {
  const networks: ModelSpecification[] = [smallNetwork, ...edgeNetworks];
  it.each(networks.map((model) => [model.name, model] as const))(
    "%s",
    async (_name, model) => {
      const { difference, largest } = await largestError(randomProblem(model, 1));
      expect(difference).toBeLessThan(2e-6 * largest);
    },
    30_000,
  );
});

/** Of a tensor's largest value: what is left in double precision, where both add in another order. */
const DOUBLE_TOLERANCE = 1e-12;

describe("PyTorch's figures (packages/models/oracle/networks.py)", () => {
  it.each(networkGoldens.map((golden) => [golden.problem.task.model.name, golden] as const))(
    "%s: loss and gradient",
    async (_name, { problem, training, evaluation, gradientSum }) => {
      const { task, parameters, batch, layout } = problem;
      const engine = engineFor(task, parameters);
      const { outcome, gradient } = engine.computePreciseGradient(batch);
      expect(compareVectors(layout, gradient, gradientSum).largestError).toBeLessThan(DOUBLE_TOLERANCE);
      const evaluated = await engine.evaluate(batch);
      for (const [actual, expected] of [
        [outcome, training],
        [evaluated, evaluation],
      ] as const) {
        expect(actual.correctCount).toBe(expected.correctCount);
        expect(Math.abs(actual.lossSum / expected.lossSum - 1)).toBeLessThan(DOUBLE_TOLERANCE);
      }
    },
  );
});

describe("figures worked out by hand", () => {
  it("convolution: every output is a window times the filter plus the bias", async () => {
    // One 3×3 image, one 2×2 filter, flattened to four logits. Row by row, 1·10 + 2·0 + 4·0 + 5·1 + 100 = 115 …
    const model: ModelSpecification = {
      name: "by hand",
      inputShape: [3, 3, 1],
      layers: [{ type: "convolution", channels: 1, window: 2, stride: 1, padding: "valid" }, { type: "flatten" }],
      classCount: 4,
    };
    const batch = { count: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), labels: Uint8Array.of(0) };
    const engine = engineFor({ model, preprocessing: identity }, [10, 0, 0, 1, 100]);
    const { lossSum, correctCount } = await engine.evaluate(batch);
    const logits = [115, 126, 148, 159];
    expect(lossSum).toBeCloseTo(Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - 115), 0)), 9);
    expect(correctCount).toBe(0);
  });

  it("max-pool: of equal values, the first by rows takes the gradient; padding never does", () => {
    // Pixels 7 7 / 7 7 times weight 1, pooled with one pixel of padding: every window begins outside the image.
    const model: ModelSpecification = {
      name: "by hand",
      inputShape: [2, 2, 2],
      layers: [
        { type: "convolution", channels: 1, window: 1, stride: 1, padding: "valid" },
        { type: "max-pool", window: 2, stride: 2, padding: "valid" },
        { type: "flatten" },
        { type: "dense", units: 2 },
      ],
      classCount: 2,
    };
    const batch = { count: 1, pixels: Uint8Array.of(7, 1, 7, 2, 7, 3, 7, 4), labels: Uint8Array.of(0) };
    // Weights 1 and 0, bias 0; dense weights 0 and 1, biases 0: logits 0 and 7.
    const engine = engineFor({ model, preprocessing: identity }, [1, 0, 0, 0, 1, 0, 0]);
    const { gradient } = engine.computePreciseGradient(batch);
    const share = Math.exp(7) / (1 + Math.exp(7));
    // The second channel is 1 where the first tie lies.
    expect(gradient[0]).toBeCloseTo(7 * share, 5);
    expect(gradient[1]).toBeCloseTo(1 * share, 5);
  });

  it("correct count: of equal logits, the first counts", async () => {
    const model: ModelSpecification = {
      name: "by hand",
      inputShape: [1, 1, 1],
      layers: [{ type: "flatten" }, { type: "dense", units: 3 }],
      classCount: 3,
    };
    const batch = { count: 3, pixels: Uint8Array.of(1, 2, 3), labels: Uint8Array.of(0, 1, 2) };
    const engine = engineFor({ model, preprocessing: identity }, [0, 0, 0, 5, 5, 5]);
    const { lossSum, correctCount } = await engine.evaluate(batch);
    expect(correctCount).toBe(1);
    expect(lossSum).toBeCloseTo(3 * Math.log(3), 12);
  });

  it("predictions: the class of the largest logit, its share of the softmax, the loss at the label", async () => {
    const model: ModelSpecification = {
      name: "by hand",
      inputShape: [1, 1, 3],
      layers: [{ type: "flatten" }],
      classCount: 3,
    };
    const batch = { count: 2, pixels: Uint8Array.of(0, 255, 0, 51, 0, 0), labels: Uint8Array.of(1, 2) };
    // Logits 0 5 0 and 1 0 0.
    const preprocessing = { mean: [0, 0, 0], deviation: [0.2, 0.2, 0.2] };
    const { predictions } = await engineFor({ model, preprocessing }, []).evaluate(batch);
    expect([...predictions.classes]).toEqual([1, 0]);
    const shares = [Math.exp(5) / (Math.exp(5) + 2), Math.E / (Math.E + 2), 1 / (Math.E + 2)] as const;
    expect(predictions.confidences[0]).toBeCloseTo(shares[0], 7);
    expect(predictions.confidences[1]).toBeCloseTo(shares[1], 7);
    expect(predictions.losses[0]).toBeCloseTo(-Math.log(shares[0]), 7);
    expect(predictions.losses[1]).toBeCloseTo(-Math.log(shares[2]), 6);
  });

  it("preprocessing: (x / 255 − mean) / deviation, channel by channel", async () => {
    const model: ModelSpecification = {
      name: "by hand",
      inputShape: [1, 1, 2],
      layers: [{ type: "flatten" }],
      classCount: 2,
    };
    const batch = { count: 1, pixels: Uint8Array.of(51, 255), labels: Uint8Array.of(0) };
    const engine = engineFor({ model, preprocessing: { mean: [0.1, 0.5], deviation: [0.5, 0.25] } }, []);
    // (0.2 − 0.1) / 0.5 = 0.2 and (1 − 0.5) / 0.25 = 2.
    expect((await engine.evaluate(batch)).lossSum).toBeCloseTo(Math.log(1 + Math.exp(1.8)), 12);
  });
});
