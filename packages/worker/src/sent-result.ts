import type { LeaseOutcome } from "@convoy/coordination";
import type { Computed } from "./compute-lease.ts";
import { sentPredictions } from "./sent-predictions.ts";

/** As it is told. A cross-entropy of nearly nothing may come out below zero by a rounding of the device. */
export function sentResult({ outcome, predictions, computeMs, headStartMs }: Computed): {
  readonly outcome: LeaseOutcome;
  readonly predictions: Uint8Array | null;
} {
  const lossSum = Math.max(0, outcome.lossSum);
  return {
    outcome: { ...outcome, lossSum, computeMs, headStartMs },
    predictions: predictions && sentPredictions(predictions),
  };
}
