import type { Diagnosis } from "@convoy/protocol";
import { formatPercent } from "../format.ts";
import {
  type LossWindow,
  meanLoss,
  meanOfWindows,
  newestWindows,
  type TrainedTask,
  type TrainingCurves,
} from "./curves.ts";

/** So near to the loss of guessing, as a share of it. */
const NEARNESS = 0.005;
/** However short an epoch is, so many steps are waited for: on CIFAR-10 a deep network may take most of 800 before it moves. */
const LEAST_STEPS = 500;
/** A loss that falls by this share of guessing from half an epoch to the next has begun to move: that of a collapsed network by a twentieth of it. */
const MOVEMENT = 0.0005;

/**
 * The network answers the same whatever it is shown. Its loss is that of guessing, the logarithm of the number of
 * classes, for an epoch and some hundred steps at least, without a sign of falling, and its accuracy is that of chance. A loss near that of
 * guessing is not enough: a deep network may take most of an epoch before it moves.
 */
export function findCollapse(curves: TrainingCurves, task: TrainedTask): Diagnosis | null {
  const guessing = Math.log(task.classCount);
  const newest = newestWindows(
    curves.windows,
    (window) => Math.abs(meanLoss(window) - guessing) <= NEARNESS * guessing,
  );
  const epoch = curves.epochs.at(-1);
  const [first] = newest;
  if (epoch === undefined || first === undefined) return null;
  if (Math.max(epoch.trainingAccuracy, epoch.testAccuracy) > highestChance(task.classCount)) return null;
  const judged = lastSteps(newest, Math.max(task.stepsPerEpoch, LEAST_STEPS));
  if (judged === null || hasBegunToMove(judged, guessing)) return null;
  return {
    kind: "collapse",
    sinceStep: first.firstStep,
    sentence:
      `The network has learned nothing since step ${first.firstStep.toLocaleString("en-US")}: its loss stays at ${meanOfWindows(judged).toFixed(4)}, ` +
      `which is what guessing among ${task.classCount} classes costs, and ${formatPercent(epoch.testAccuracy)} of the test set is right, which is chance. ` +
      "It seldom recovers by itself. What usually helps: another learning rate, mostly a smaller one, or a warm-up, an initialisation that suits the activation (He for ReLU), " +
      "pictures normalised by mean and deviation, a larger batch.",
  };
}

/** Guessing is right for one in so many classes; a little more on data where some classes are more frequent. */
function highestChance(classCount: number): number {
  return 1 / classCount + Math.min(0.2 / classCount, 0.02);
}

/** The last windows that have so many steps together; null when there are not so many. */
function lastSteps(windows: readonly LossWindow[], steps: number): readonly LossWindow[] | null {
  let count = 0;
  for (let i = windows.length - 1; i >= 0; i--) {
    count += (windows[i] as LossWindow).steps;
    if (count >= steps) return windows.slice(i);
  }
  return null;
}

function hasBegunToMove(windows: readonly LossWindow[], guessing: number): boolean {
  const middle = Math.floor(windows.length / 2);
  if (middle === 0) return false;
  const fall = meanOfWindows(windows.slice(0, middle)) - meanOfWindows(windows.slice(middle));
  return fall > MOVEMENT * guessing;
}
