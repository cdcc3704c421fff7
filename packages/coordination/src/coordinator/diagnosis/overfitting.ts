import type { Diagnosis } from "@convoy/protocol";
import type { TrainedTask, TrainingCurves } from "./curves.ts";

const EPOCHS = 3;
/** What the test loss must have risen by, so that noise is none: a share of its best and a share of what guessing costs. */
const RISE_OF_BEST = 0.05;
const RISE_OF_GUESSING = 0.02;
/** The training loss must have fallen by this share meanwhile. */
const FALL = 0.05;

/** For several epochs the test loss rises while the training loss falls: the network learns its pictures by heart. */
export function findOverfitting({ epochs }: TrainingCurves, task: TrainedTask): Diagnosis | null {
  const last = epochs.at(-1);
  if (last === undefined) return null;
  const best = epochs.reduce((best, epoch) => (epoch.testLoss < best.testLoss ? epoch : best));
  if (last.epoch - best.epoch < EPOCHS) return null;
  const newest = epochs.slice(-EPOCHS).reduce((sum, { testLoss }) => sum + testLoss, 0) / EPOCHS;
  const rise = RISE_OF_BEST * best.testLoss + RISE_OF_GUESSING * Math.log(task.classCount);
  if (newest < best.testLoss + rise || last.loss > best.loss * (1 - FALL)) return null;
  return {
    kind: "overfitting",
    sinceStep: best.step + 1,
    sentence:
      `The network learns its training pictures by heart since epoch ${best.epoch + 1}: the loss on the test set has risen from ${best.testLoss.toFixed(4)} to ${last.testLoss.toFixed(4)}, ` +
      `while the training loss has fallen from ${best.loss.toFixed(4)} to ${last.loss.toFixed(4)}. ` +
      `What usually helps: to stop early (epoch ${best.epoch} was best), augmentation, dropout, weight decay, more pictures or a smaller network.`,
  };
}
