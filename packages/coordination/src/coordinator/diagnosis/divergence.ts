import type { Diagnosis } from "@convoy/protocol";
import { meanLoss, newestWindows, type TrainedTask, type TrainingCurves } from "./curves.ts";

/** A fifth of an epoch: a loss that leaps and comes back is not lost. */
const WINDOWS = 2;

/**
 * The loss is no number any more, or it has grown far beyond its best and stays there: by half of its best, and by half
 * of what guessing costs.
 */
export function findDivergence({ windows }: TrainingCurves, task: TrainedTask): Diagnosis | null {
  let best = Number.POSITIVE_INFINITY;
  for (const window of windows) {
    if (!Number.isFinite(window.lossSum)) return diverged(window.firstStep, "is not a number any more");
    if (window.isFull) best = Math.min(best, meanLoss(window));
  }
  const tooHigh = best + Math.max(best, Math.log(task.classCount)) / 2;
  const lost = newestWindows(windows, (window) => meanLoss(window) > tooHigh);
  const [first] = lost;
  const last = lost.at(-1);
  if (first === undefined || last === undefined || lost.filter(({ isFull }) => isFull).length < WINDOWS) return null;
  return diverged(first.firstStep, `has grown from ${best.toFixed(4)} at its best to ${meanLoss(last).toFixed(4)}`);
}

function diverged(sinceStep: number, what: string): Diagnosis {
  return {
    kind: "divergence",
    sinceStep,
    sentence:
      `The training diverges since about step ${sinceStep.toLocaleString("en-US")}: its loss ${what}. ` +
      "What usually helps: a smaller learning rate (a tenth of it) or a warm-up, a larger batch, pictures normalised by mean and deviation.",
  };
}
