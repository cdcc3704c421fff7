import { parameterLayout } from "@convoy/models";
import { compareVectors } from "../compare-vectors.ts";
import type { BatchOutcome, Engine, EngineFactory, Predictions } from "../engine.ts";
import expected from "./expected.json" with { type: "json" };
import { selfTestBatch, selfTestParameters, selfTestTask } from "./problem.ts";

/**
 * How far an engine may be from the stored answer, relative to the largest value of each tensor. Single precision
 * comes to about 1e-6 here, with the roundings a GPU is allowed to about 1e-5; half precision to 1e-3.
 */
const TOLERANCE = 1e-4;

export type Proof =
  | { readonly passed: true; readonly largestError: number }
  | {
      readonly passed: false;
      /** Infinity when the engine gave something that is no number, or nothing at all. */
      readonly largestError: number;
      /** One sentence for people. */
      readonly reason: string;
    };

/**
 * Lets an engine solve a small stored problem and compares loss, correct count and gradient with the stored answer.
 * Never rejects: an engine that cannot be made, or that fails, has not proved itself. Disposes of the engine.
 */
export async function proveEngine(factory: EngineFactory): Promise<Proof> {
  try {
    const engine = await factory(selfTestTask);
    try {
      return await solve(engine);
    } finally {
      engine.dispose();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuted(Number.POSITIVE_INFINITY, `The self-test of the engine could not be completed: ${message}`);
  }
}

async function solve(engine: Engine): Promise<Proof> {
  const batch = selfTestBatch();
  // What the engine does not overwrite stays NaN and is found.
  const gradient = new Float32Array(expected.gradient.length).fill(Number.NaN);
  engine.setParameters(selfTestParameters());
  const outcome = await engine.computeGradient(batch, gradient);
  const evaluated = await engine.evaluate(batch);

  if (gradient.every((value) => value === 0)) {
    return refuted(1, `The engine ${engine.identity.name} gave a gradient of zeros for the self-test.`);
  }
  const { largestError: gradientError, tensor } = compareVectors(
    parameterLayout(selfTestTask.model),
    gradient,
    expected.gradient,
  );
  if (gradientError > TOLERANCE) {
    return refuted(
      gradientError,
      `The engine ${engine.identity.name} gave a wrong gradient for the self-test: ${tensor} ${describeError(gradientError)}.`,
    );
  }
  const outcomes = [outcome, evaluated, outcomeOf(evaluated.predictions, batch.labels)];
  const outcomeError = Math.max(...outcomes.map(compareOutcome));
  if (outcomeError > TOLERANCE) {
    return refuted(
      outcomeError,
      `The engine ${engine.identity.name} gave a wrong loss or count of correct samples for the self-test.`,
    );
  }
  return { passed: true, largestError: Math.max(gradientError, outcomeError) };
}

function outcomeOf({ classes, losses }: Predictions, labels: Uint8Array): BatchOutcome {
  return {
    lossSum: losses.reduce((sum, loss) => sum + loss, 0),
    correctCount: labels.filter((label, sample) => classes[sample] === label).length,
  };
}

function compareOutcome(outcome: BatchOutcome): number {
  if (outcome.correctCount !== expected.correctCount) return 1;
  const error = Math.abs(outcome.lossSum - expected.lossSum) / expected.lossSum;
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

function describeError(error: number): string {
  if (error === Number.POSITIVE_INFINITY) return "is not a number in places";
  return `is off by ${(100 * error).toPrecision(2)} % of its largest value, where ${100 * TOLERANCE} % is allowed`;
}

function refuted(largestError: number, reason: string): Proof {
  return { passed: false, largestError, reason };
}
