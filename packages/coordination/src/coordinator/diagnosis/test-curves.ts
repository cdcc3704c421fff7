import { RandomSequence } from "@convoy/foundation";
import { noCurves, type TrainedTask, type TrainingCurves, withStep } from "./curves.ts";

/** A training made up: what each of its epochs ends at, and how its losses scatter. */
export interface MadeUpTraining {
  readonly task: TrainedTask;
  /** The loss of a step, without noise; `progress` is in epochs, from 0. */
  readonly lossAt: (progress: number) => number;
  readonly epochs: number;
  /** Standard deviation of a batch's loss. */
  readonly noise: number;
  readonly trainingAccuracy: (epoch: number) => number;
  readonly testAccuracy: (epoch: number) => number;
  readonly testLoss: (epoch: number) => number;
  /** Standard deviation of the test loss. */
  readonly testNoise?: number;
}

/** The curves as they are after each epoch. */
export function madeUpCurves(training: MadeUpTraining, seed: number): TrainingCurves[] {
  const { task, lossAt, noise, epochs } = training;
  const random = new RandomSequence(seed, "test");
  const after: TrainingCurves[] = [];
  let curves = noCurves;
  let step = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let lossSum = 0;
    for (let i = 0; i < task.stepsPerEpoch; i++) {
      const loss = lossAt(epoch - 1 + (i + 0.5) / task.stepsPerEpoch) + noise * random.normal();
      lossSum += loss;
      curves = withStep(curves, { step: ++step, loss }, task.stepsPerEpoch);
    }
    const point = {
      epoch,
      step,
      loss: lossSum / task.stepsPerEpoch,
      trainingAccuracy: training.trainingAccuracy(epoch),
      testAccuracy: training.testAccuracy(epoch),
      testLoss: training.testLoss(epoch) + (training.testNoise ?? 0) * random.normal(),
    };
    curves = { ...curves, epochs: [...curves.epochs, point] };
    after.push(curves);
  }
  return after;
}

/** A curve through the losses of epochs: each is that of its middle, and the first begins at `start`. */
export function through(start: number, losses: readonly number[]): (progress: number) => number {
  const points = [start, ...losses];
  return (progress) => {
    // Point 0 is at 0, point n at n − 0.5; behind the last it goes on level.
    const place = progress < 0.5 ? 2 * progress : progress + 0.5;
    const before = Math.min(Math.floor(place), points.length - 1);
    const [low, high] = [points[before] as number, points[before + 1] ?? (points[before] as number)];
    return low + (high - low) * Math.min(1, place - before);
  };
}
