/** What the loss kernel leaves behind the gradient, put together. */
import { type BatchOutcome, concatenatePredictions, type Evaluation } from "@convoy/engine";

/** Losses and ones for what is right, in turn. */
export function addUp(outcomes: Float32Array): BatchOutcome {
  let lossSum = 0;
  let correctCount = 0;
  for (let i = 0; i < outcomes.length; i += 2) {
    lossSum += outcomes[i] as number;
    correctCount += outcomes[i + 1] as number;
  }
  return { lossSum, correctCount };
}

/** Behind the losses of all samples, and whether each is right, come the classes and shares of the softmax, in turn. */
export function evaluationIn(mapped: Float32Array): Evaluation {
  const count = mapped.length / 4;
  const [outcomes, named] = [mapped.subarray(0, 2 * count), mapped.subarray(2 * count)];
  const everyOther = (values: Float32Array, first: number) => (_: unknown, i: number) =>
    values[first + 2 * i] as number;
  return {
    ...addUp(outcomes),
    predictions: {
      classes: Uint16Array.from({ length: count }, everyOther(named, 0)),
      confidences: Float32Array.from({ length: count }, everyOther(named, 1)),
      losses: Float32Array.from({ length: count }, everyOther(outcomes, 0)),
    },
  };
}

/** Of parts of a batch, in their order. */
export function joinEvaluations(parts: readonly Evaluation[]): Evaluation {
  return {
    lossSum: parts.reduce((sum, { lossSum }) => sum + lossSum, 0),
    correctCount: parts.reduce((sum, { correctCount }) => sum + correctCount, 0),
    predictions: concatenatePredictions(parts.map(({ predictions }) => predictions)),
  };
}
