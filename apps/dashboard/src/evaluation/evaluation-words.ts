/** What is worked out and said of an evaluation, from counts and shares. */
import type { EpochPoint, EvaluationView } from "@convoy/protocol";
import { formatAccuracy, formatCount } from "../text/format.ts";

/** Of classes that the dataset does not name, their number from 0. */
export function classNameOf(names: readonly string[], index: number): string {
  return names[index] ?? String(index);
}

export interface ClassFigures {
  readonly name: string;
  readonly sampleCount: number;
  /** Of the samples of the class, how many were taken for it, 0 … 1; null where there are none. */
  readonly recall: number | null;
  /** Of the samples that were taken for the class, how many are of it, 0 … 1; null where there are none. */
  readonly precision: number | null;
}

/** The rows of a confusion matrix. */
export function rowsOf(confusion: readonly number[]): number[][] {
  const classCount = Math.sqrt(confusion.length);
  return Array.from({ length: classCount }, (_, row) => confusion.slice(row * classCount, (row + 1) * classCount));
}

/** Class by class. */
export function classFigures(confusion: readonly number[], names: readonly string[]): ClassFigures[] {
  const rows = rowsOf(confusion);
  return rows.map((row, index) => {
    const right = row[index] as number;
    const sampleCount = sumOf(row);
    return {
      name: classNameOf(names, index),
      sampleCount,
      recall: shareOf(right, sampleCount),
      precision: shareOf(right, sumOf(rows.map((other) => other[index] as number))),
    };
  });
}

/** How many of the test set are right. */
export function resultSentence({ epoch, sampleCount, correctCount }: EvaluationView): string {
  const share = formatAccuracy(correctCount / sampleCount);
  return `${formatCount(correctCount)} of ${formatCount(sampleCount)} test samples are right after epoch ${formatCount(epoch)}: ${share}.`;
}

/** How much better the network is on what it has trained on than on what it has not, in percentage points. */
export function gapOf({ trainingAccuracy, testAccuracy }: EpochPoint): number {
  return 100 * (trainingAccuracy - testAccuracy);
}

/** "+0.68", "−1.20", "0.00". */
export function formatGap(gap: number): string {
  const size = Math.abs(gap).toFixed(2);
  if (size === "0.00") return size;
  return `${gap > 0 ? "+" : "−"}${size}`;
}

export function gapSentence(point: EpochPoint): string {
  const gap = formatGap(gapOf(point));
  const both = `Training ${formatAccuracy(point.trainingAccuracy)}, test ${formatAccuracy(point.testAccuracy)}`;
  if (gap === "0.00") return `${both}: no gap between what it has trained on and what it has not.`;
  const points = `${gap.slice(1)} points`;
  return gap.startsWith("+")
    ? `${both}: ${points} less on what it has not trained on.`
    : `${both}: ${points} more on the test set. Training is measured while the network still learns.`;
}

/** What softmax gives the class that was named. It never says that it is certain. */
export function sureWords(confidence: number): string {
  return confidence > 0.999 ? "over 99.9% sure" : `${(100 * confidence).toFixed(1)}% sure`;
}

/** Why there is nothing to show yet. */
export function nothingYet(epochCount: number, over: boolean): string {
  if (over) return "The run ended before its test set was measured.";
  return epochCount === 0 ? "Known when epoch 1 is done and tested." : "Known when the next epoch is done and tested.";
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
