import type { Diagnosis } from "@convoy/protocol";
import { formatPercent } from "../format.ts";
import type { TrainingCurves } from "./curves.ts";

const EPOCHS = 4;
/** What counts as better: a loss lower by this share. */
const IMPROVEMENT = 0.02;
/** From here on a loss that stays where it is means that the training is done. */
const GOOD_ACCURACY = 0.9;

/** For several epochs the training loss has hardly become better, although much is left to learn. */
export function findPlateau({ epochs }: TrainingCurves): Diagnosis | null {
  const last = epochs.at(-1);
  if (last === undefined || Math.max(last.trainingAccuracy, last.testAccuracy) >= GOOD_ACCURACY) return null;
  let best = Number.POSITIVE_INFINITY;
  let bestEpoch = last;
  for (const epoch of epochs) {
    if (epoch.loss >= best * (1 - IMPROVEMENT)) continue;
    best = epoch.loss;
    bestEpoch = epoch;
  }
  const without = last.epoch - bestEpoch.epoch;
  if (without < EPOCHS) return null;
  return {
    kind: "plateau",
    sinceStep: bestEpoch.step + 1,
    sentence:
      `The training has hardly become better for ${without} epochs: its loss was ${best.toFixed(4)} after epoch ${bestEpoch.epoch} and is ${last.loss.toFixed(4)}, ` +
      `with ${formatPercent(last.testAccuracy)} of the test set right. What usually helps: a learning rate that is lowered by a schedule, ` +
      "or a larger one if it was small from the start, another initialisation, pictures normalised by mean and deviation, less dropout.",
  };
}
