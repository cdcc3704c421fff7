import { parameterLayout } from "@convoy/models";
import { describe, expect, it } from "vitest";
import { type Engine, EngineError, type EngineFactory, type EngineTask } from "../engine.ts";
import { createReferenceEngine, ReferenceEngine } from "../reference/reference-engine.ts";
import expected from "./expected.json" with { type: "json" };
import { selfTestBatch, selfTestParameters, selfTestTask } from "./problem.ts";
import { proveEngine } from "./prove-engine.ts";

/** The reference, with its answers spoilt. */
function spoilt(spoil: (engine: Engine) => Partial<Engine>): EngineFactory {
  return async (task: EngineTask) => {
    const engine = await createReferenceEngine(task);
    return {
      identity: engine.identity,
      setParameters: (parameters) => engine.setParameters(parameters),
      computeGradient: (batch, gradient) => engine.computeGradient(batch, gradient),
      evaluate: (batch) => engine.evaluate(batch),
      dispose: () => engine.dispose(),
      ...spoil(engine),
    };
  };
}

function withGradient(change: (gradient: Float32Array) => void): EngineFactory {
  return spoilt((engine) => ({
    computeGradient: async (batch, gradient) => {
      const outcome = await engine.computeGradient(batch, gradient);
      change(gradient);
      return outcome;
    },
  }));
}

describe("the stored answer", () => {
  it("is what the reference computes in double precision (vitest -u writes it anew)", async () => {
    const engine = new ReferenceEngine(selfTestTask);
    engine.setParameters(selfTestParameters());
    const { outcome, gradient } = engine.computePreciseGradient(selfTestBatch());
    await expect(formatAnswer(outcome, gradient)).toMatchFileSnapshot("expected.json");
  });

  it("has a gradient in every tensor, and right and wrong samples", () => {
    for (const { offset, length } of parameterLayout(selfTestTask.model).entries) {
      const nonzero = expected.gradient.slice(offset, offset + length).filter((value) => Math.abs(value) > 1e-3);
      expect(nonzero.length).toBeGreaterThan(length / 2);
    }
    expect(expected.correctCount).toBeGreaterThan(0);
    expect(expected.correctCount).toBeLessThan(selfTestBatch().count);
  });

  it("does not hang on a rounding: relative changes of 1e-5 to all parameters change it by less than 1e-3", async () => {
    const engine = await createReferenceEngine(selfTestTask);
    engine.setParameters(selfTestParameters().map((value, index) => value * (1 + (index % 2 ? 1e-5 : -1e-5))));
    const gradient = new Float32Array(expected.gradient.length);
    const outcome = await engine.computeGradient(selfTestBatch(), gradient);
    expect(outcome.correctCount).toBe(expected.correctCount);
    gradient.forEach((value, index) => {
      expect(Math.abs(value - (expected.gradient[index] as number))).toBeLessThan(1e-3);
    });
  });
});

describe("proveEngine", () => {
  it("passes the reference", async () => {
    const proof = await proveEngine(createReferenceEngine);
    expect(proof.passed).toBe(true);
    expect(proof.largestError).toBeLessThan(1e-7);
  });

  it.each([
    ["a gradient of zeros", withGradient((gradient) => gradient.fill(0)), "a gradient of zeros"],
    ["a NaN", withGradient((gradient) => gradient.fill(Number.NaN, 40, 41)), "convolution2.weights is not a number"],
    ["an infinity", withGradient((gradient) => gradient.fill(Infinity, 3, 4)), "convolution1.weights"],
    ["an element that is not written", withGradient((gradient) => gradient.fill(Number.NaN, 204)), "dense2.bias"],
    [
      "a tensor with the other sign",
      withGradient((gradient) =>
        gradient.set(
          gradient.slice(27, 30).map((value) => -value),
          27,
        ),
      ),
      "convolution1.bias is off by",
    ],
    ["half precision", withGradient((gradient) => gradient.set(gradient.map(halfPrecision))), "wrong gradient"],
    [
      "a wrong loss",
      spoilt((engine) => ({
        evaluate: async (batch) => ({ ...(await engine.evaluate(batch)), lossSum: 1 }),
      })),
      "wrong loss",
    ],
    [
      "a wrong count",
      spoilt((engine) => ({
        evaluate: async (batch) => ({ ...(await engine.evaluate(batch)), correctCount: 0 }),
      })),
      "count of correct samples",
    ],
    [
      "predictions of other samples",
      spoilt((engine) => ({
        evaluate: async (batch) => {
          const { predictions, ...outcome } = await engine.evaluate(batch);
          return {
            ...outcome,
            predictions: { ...predictions, classes: predictions.classes.map((named) => (named + 1) % 3) },
          };
        },
      })),
      "count of correct samples",
    ],
    [
      "a loss that is no number",
      spoilt((engine) => ({
        evaluate: async (batch) => ({ ...(await engine.evaluate(batch)), lossSum: Number.NaN }),
      })),
      "wrong loss",
    ],
  ])("refutes %s", async (_name, factory, sentence) => {
    const proof = await proveEngine(factory);
    expect(proof).toMatchObject({ passed: false, reason: expect.stringContaining(sentence) });
    expect(proof.largestError).toBeGreaterThan(1e-4);
  });

  it("gives the reason of an engine that cannot be made", async () => {
    const proof = await proveEngine(async () => {
      throw new EngineError("This device has no GPU.");
    });
    expect(proof).toMatchObject({ passed: false, largestError: Infinity, reason: /This device has no GPU\.$/ });
  });

  it("refutes an engine that cannot even be disposed of", async () => {
    const dispose = () => {
      throw new Error("already aborted");
    };
    const proof = await proveEngine(spoilt(() => ({ dispose })));
    expect(proof).toMatchObject({ passed: false, reason: /already aborted$/ });
  });

  it("disposes of an engine that fails", async () => {
    let disposed = false;
    const proof = await proveEngine(
      spoilt(() => ({
        computeGradient: () => Promise.reject(new EngineError("The device was lost.")),
        dispose: () => {
          disposed = true;
        },
      })),
    );
    expect(proof).toMatchObject({ passed: false, reason: expect.stringContaining("The device was lost.") });
    expect(disposed).toBe(true);
  });
});

/** Rounds to 11 significant bits. */
function halfPrecision(value: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return value === 0 ? 0 : Math.round(value / unit) * unit;
}

/** As the formatter of the repository lays out JSON: numbers fill lines of at most 120 characters. */
function formatAnswer(outcome: { lossSum: number; correctCount: number }, gradient: Float64Array): string {
  const lines: string[] = [];
  let line = "   ";
  gradient.forEach((value, index) => {
    const text = ` ${Number(value.toPrecision(9))}${index === gradient.length - 1 ? "" : ","}`;
    if (line.length + text.length > 120) {
      lines.push(line);
      line = "   ";
    }
    line += text;
  });
  lines.push(line);
  const { lossSum, correctCount } = outcome;
  return `{\n  "lossSum": ${Number(lossSum.toPrecision(12))},\n  "correctCount": ${correctCount},\n  "gradient": [\n${lines.join("\n")}\n  ]\n}\n`;
}
