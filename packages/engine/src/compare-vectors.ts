import type { ParameterLayout } from "@convoy/models";

export interface VectorDifference {
  /** The largest of the tensors' errors, each max|difference| / max|expected|. Infinity where something is not a number. */
  readonly largestError: number;
  /** The tensor it was found in. */
  readonly tensor: string;
}

/** Compares two flat vectors tensor by tensor, so that a small tensor cannot hide behind a large one. */
export function compareVectors(
  layout: ParameterLayout,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): VectorDifference {
  let worst: VectorDifference = { largestError: 0, tensor: layout.entries[0]?.name ?? "" };
  for (const { name, offset, length } of layout.entries) {
    let difference = 0;
    let largest = 0;
    for (let i = offset; i < offset + length; i++) {
      // Math.max hands a NaN on, where a comparison would lose it.
      difference = Math.max(difference, Math.abs((actual[i] as number) - (expected[i] as number)));
      largest = Math.max(largest, Math.abs(expected[i] as number));
    }
    const error = difference === 0 ? 0 : difference / largest;
    const largestError = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    if (largestError > worst.largestError) worst = { largestError, tensor: name };
  }
  return worst;
}

/** ‖actual − expected‖ ÷ ‖expected‖, over all tensors together. NaN where something is not a number. */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    size += (expected[i] as number) ** 2;
  }
  return Math.sqrt(difference / size);
}
