/** How exact an engine of single precision must be, and the comparisons that say so. */
import type { ParameterLayout } from "@convoy/models";
import { compareVectors, relativeDistance } from "../compare-vectors.ts";
import type { BatchOutcome, Predictions } from "../engine.ts";
import { type Computed, must } from "./conformance-check.ts";

/**
 * A tensor's largest difference, relative to its largest value. A sum of n products in single precision is off by about
 * √n · 6e-8; the small networks have n of at most a few thousand.
 */
const TENSOR_TOLERANCE = 1e-5;

/**
 * As above, of how far a few optimizer steps move the parameters: each step's rounding is in the next one's gradient, and the
 * difference of nearly equal parameters has few digits left.
 */
const MOVE_TOLERANCE = 1e-4;

/** Relative, for the sum of the losses, and for one of them above 1. */
const LOSS_TOLERANCE = 1e-5;

/** A logit of several hundred is off by a few 1e-5; a share of the softmax is off by a quarter of that at most. */
const CONFIDENCE_TOLERANCE = 1e-4;

/**
 * Relative L2 over the whole vector, for LeNet-5: among its many thousand activations one may round to the other side
 * of a kink, which moves a few elements by more than a rounding.
 */
export const WHOLE_VECTOR_TOLERANCE = 1e-4;

export function requireSameGradient(layout: ParameterLayout, actual: Computed, expected: Computed): void {
  const { largestError, tensor } = compareVectors(layout, actual.gradient, expected.gradient);
  must(
    largestError <= TENSOR_TOLERANCE,
    `${tensor} is off by ${largestError.toExponential(1)} of its largest value; ${TENSOR_TOLERANCE} is allowed`,
  );
}

/** Of parameters that began as `from`. */
export function requireSameMove(
  layout: ParameterLayout,
  from: Float32Array,
  actual: Float32Array,
  expected: Float32Array,
): void {
  const moveOf = (moved: Float32Array) => moved.map((value, i) => value - (from[i] as number));
  const { largestError, tensor } = compareVectors(layout, moveOf(actual), moveOf(expected));
  must(
    largestError <= MOVE_TOLERANCE,
    `${tensor} moved by another way, off by ${largestError.toExponential(1)} of its longest; ${MOVE_TOLERANCE} is allowed`,
  );
}

export function requireSameOutcome(actual: BatchOutcome, expected: BatchOutcome, of = "training"): void {
  const { lossSum, correctCount } = actual;
  must(
    Math.abs(lossSum - expected.lossSum) <= LOSS_TOLERANCE * Math.abs(expected.lossSum),
    `the loss of ${of} is ${lossSum}, not ${expected.lossSum}`,
  );
  must(
    correctCount === expected.correctCount,
    `${correctCount} samples are right in ${of}, not ${expected.correctCount}`,
  );
}

/** Of each sample, in the order of the batch. */
export function requireSamePredictions(actual: Predictions, expected: Predictions): void {
  const count = expected.classes.length;
  for (const column of ["classes", "confidences", "losses"] as const) {
    must(actual[column].length === count, `there are ${actual[column].length} ${column} of ${count} samples`);
  }
  for (let sample = 0; sample < count; sample++) {
    const [named, wanted] = [actual.classes[sample], expected.classes[sample]];
    must(named === wanted, `sample ${sample} is said to be of class ${named}, not ${wanted}`);
    requireClose("confidence", sample, actual.confidences, expected.confidences, CONFIDENCE_TOLERANCE);
    const size = Math.max(1, expected.losses[sample] as number);
    requireClose("loss", sample, actual.losses, expected.losses, LOSS_TOLERANCE * size);
  }
}

function requireClose(what: string, sample: number, actual: Float32Array, expected: Float32Array, most: number): void {
  const [value, wanted] = [actual[sample] as number, expected[sample] as number];
  must(Math.abs(value - wanted) <= most, `the ${what} of sample ${sample} is ${value}, not ${wanted}`);
}

export function requireCloseVector(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  const error = relativeDistance(actual, expected);
  must(error <= tolerance, `the vector is off by ${error.toExponential(1)} (relative L2); ${tolerance} is allowed`);
}
