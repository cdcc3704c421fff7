/** What an evaluation of the whole test set comes to. */
import { assert } from "@convoy/foundation";
import { type EvaluationView, limits, type Mistake, type Predictions } from "@convoy/protocol";

export interface Measured extends Omit<EvaluationView, "epoch"> {
  /** Sum over the test set, in its order: the same however it was cut into leases. */
  readonly lossSum: number;
}

/** `predictions` and `labels` are of the whole test set, in its order. */
export function measure(predictions: Predictions, labels: Uint8Array, classCount: number): Measured {
  const { classes, losses } = predictions;
  assert(classes.length === labels.length, "each sample of the test set is predicted once");
  let lossSum = 0;
  let correctCount = 0;
  for (let sample = 0; sample < labels.length; sample++) {
    lossSum += losses[sample] as number;
    if (classes[sample] === labels[sample]) correctCount++;
  }
  return {
    lossSum,
    sampleCount: labels.length,
    correctCount,
    confusion: classCount > limits.confusionClasses ? null : confusionOf(classes, labels, classCount),
    mistakes: worstMistakes(predictions, labels),
  };
}

/** Row by row: so many samples of the row's class were taken for the column's. */
function confusionOf(classes: Uint16Array, labels: Uint8Array, classCount: number): number[] {
  const counts = new Array<number>(classCount ** 2).fill(0);
  labels.forEach((label, sample) => {
    const place = label * classCount + (classes[sample] as number);
    counts[place] = (counts[place] as number) + 1;
  });
  return counts;
}

function worstMistakes({ classes, confidences, losses }: Predictions, labels: Uint8Array): Mistake[] {
  const mistakes: Mistake[] = [];
  labels.forEach((label, sample) => {
    const named = classes[sample] as number;
    if (named === label) return;
    mistakes.push({
      sample,
      label,
      named,
      confidence: confidences[sample] as number,
      loss: losses[sample] as number,
    });
  });
  return mistakes.sort((a, b) => b.loss - a.loss || a.sample - b.sample).slice(0, limits.worstMistakes);
}

/** Shares of a softmax may be off by so much: far more than any engine's rounding. */
const TOLERANCE = 1e-3;

/**
 * Which of a lease's samples cannot be what it is said to be, from 0, or null. The loss gives the share of the label: it is
 * that of the class named where that is the label, and otherwise neither more than that, nor more than it leaves over.
 */
export function contradictionAmong(
  { classes, confidences, losses }: Predictions,
  samples: Uint32Array,
  labels: Uint8Array,
  classCount: number,
): number | null {
  for (let place = 0; place < samples.length; place++) {
    const ofLabel = Math.exp(-(losses[place] as number));
    const ofNamed = confidences[place] as number;
    const isRight = classes[place] === labels[samples[place] as number];
    const error = isRight ? Math.abs(ofLabel - ofNamed) : ofLabel - Math.min(ofNamed, 1 - ofNamed);
    if (error > TOLERANCE || ofNamed < 1 / classCount - TOLERANCE) return place;
  }
  return null;
}

/** Those of the left half of a group, then of the right one: the order of the test set. */
export function joinPredictions(left: Predictions, right: Predictions): Predictions {
  return {
    classes: joined(Uint16Array, left.classes, right.classes),
    confidences: joined(Float32Array, left.confidences, right.confidences),
    losses: joined(Float32Array, left.losses, right.losses),
  };
}

function joined<Column extends Uint16Array | Float32Array>(
  Column: new (length: number) => Column,
  left: Column,
  right: Column,
): Column {
  const both = new Column(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
