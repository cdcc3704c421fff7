import type { Evaluation, Predictions } from "./engine.ts";
import { portableExp } from "./portable-math.ts";
import { indexOfLargest, softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

/** What follows from the logits of a batch: samples × classes, of each sample one after the other. */
export function evaluationOf(logits: Float32Array | Float64Array, labels: Uint8Array, classCount: number): Evaluation {
  const predictions = emptyPredictions(labels.length);
  let lossSum = 0;
  let correctCount = 0;
  labels.forEach((label, sample) => {
    const row = logits.subarray(sample * classCount, (sample + 1) * classCount);
    const named = indexOfLargest(row);
    const loss = softmaxCrossEntropy(row, label);
    predictions.classes[sample] = named;
    predictions.confidences[sample] = portableExp(-softmaxCrossEntropy(row, named));
    predictions.losses[sample] = loss;
    lossSum += loss;
    if (named === label) correctCount++;
  });
  return { lossSum, correctCount, predictions };
}

/** For so many samples, all zero. */
function emptyPredictions(count: number): Predictions {
  return {
    classes: new Uint16Array(count),
    confidences: new Float32Array(count),
    losses: new Float32Array(count),
  };
}

/** Those of the parts of a batch, one part after the other. */
export function concatenatePredictions(parts: readonly Predictions[]): Predictions {
  const all = emptyPredictions(parts.reduce((sum, { classes }) => sum + classes.length, 0));
  let place = 0;
  for (const { classes, confidences, losses } of parts) {
    all.classes.set(classes, place);
    all.confidences.set(confidences, place);
    all.losses.set(losses, place);
    place += classes.length;
  }
  return all;
}
