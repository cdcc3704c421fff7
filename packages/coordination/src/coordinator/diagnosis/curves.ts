/** What a training is judged by: its curves so far, thin enough to be kept with the state. */
import type { EpochPoint, LossPoint } from "@convoy/protocol";

export interface TrainingCurves {
  readonly windows: readonly LossWindow[];
  /** Every evaluated epoch, in order. */
  readonly epochs: readonly Pick<
    EpochPoint,
    "epoch" | "step" | "loss" | "trainingAccuracy" | "testLoss" | "testAccuracy"
  >[];
}

/** Some steps that follow each other. One batch says little: its loss is noise around the mean. None spans two epochs. */
export interface LossWindow {
  /** From 1. */
  readonly firstStep: number;
  readonly steps: number;
  /** Sum over the steps of the mean loss of each. */
  readonly lossSum: number;
  /** No further step is added to it. */
  readonly isFull: boolean;
}

/** The history of a run, in order. */
export interface PastRun {
  readonly losses: readonly LossPoint[];
  readonly epochs: readonly EpochPoint[];
}

export interface TrainedTask {
  readonly classCount: number;
  readonly stepsPerEpoch: number;
}

export const noCurves: TrainingCurves = { windows: [], epochs: [] };

const WINDOWS_PER_EPOCH = 10;

/** The curves with the loss of one more step. */
export function withStep(curves: TrainingCurves, { step, loss }: LossPoint, stepsPerEpoch: number): TrainingCurves {
  const { windows } = curves;
  const last = windows.at(-1);
  const isNew = last === undefined || last.isFull;
  const steps = isNew ? 1 : last.steps + 1;
  const window = {
    firstStep: isNew ? step : last.firstStep,
    steps,
    lossSum: loss + (isNew ? 0 : last.lossSum),
    isFull: steps >= Math.ceil(stepsPerEpoch / WINDOWS_PER_EPOCH) || step % stepsPerEpoch === 0,
  };
  return { ...curves, windows: [...(isNew ? windows : windows.slice(0, -1)), window] };
}

export function withEpoch(curves: TrainingCurves, epoch: TrainingCurves["epochs"][number]): TrainingCurves {
  return { ...curves, epochs: [...curves.epochs, epoch] };
}

/** The curves of what was kept of a run. */
export function curvesOf({ losses, epochs }: PastRun, stepsPerEpoch: number): TrainingCurves {
  let curves: TrainingCurves = { ...noCurves, epochs };
  for (const point of losses) curves = withStep(curves, point, stepsPerEpoch);
  return curves;
}

export function meanLoss({ lossSum, steps }: LossWindow): number {
  return lossSum / steps;
}

/** The windows at the end of which each has what is asked for. */
export function newestWindows(
  windows: readonly LossWindow[],
  has: (window: LossWindow) => boolean,
): readonly LossWindow[] {
  return windows.slice(windows.findLastIndex((window) => !has(window)) + 1);
}

/** The mean loss per step over all the windows. */
export function meanOfWindows(windows: readonly LossWindow[]): number {
  let [lossSum, steps] = [0, 0];
  for (const window of windows) {
    lossSum += window.lossSum;
    steps += window.steps;
  }
  return lossSum / steps;
}
