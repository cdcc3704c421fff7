import type { EpochPoint, RunView } from "@convoy/protocol";
import { type Figure, FigureRow } from "../frame/figure-row.tsx";
import {
  formatAccuracy,
  formatAmount,
  formatCount,
  formatDuration,
  formatLoss,
  formatRate,
  formatTimeLeft,
  NO_FIGURE,
} from "../text/format.ts";
import { isOver, presentCount } from "./run-words.ts";

interface RunFiguresProps {
  readonly run: RunView;
  readonly epochs: readonly EpochPoint[];
  readonly published: RunView["published"];
}

/** How good, how fast, how long. */
export function RunFigures({ run, epochs, published }: RunFiguresProps) {
  const effort = isOver(run) ? pastEffort(run, epochs) : presentEffort(run);
  return (
    <FigureRow
      figures={[
        {
          label: "Test accuracy",
          value: formatAccuracy(run.accuracy),
          remark: accuracyRemark(run, published),
          strong: run.state === "finished",
        },
        {
          label: "Training loss",
          value: formatLoss(run.loss),
          remark: `mean of the epoch; last batch ${formatLoss(run.stepLoss)}`,
        },
        ...effort,
      ]}
    />
  );
}

function presentEffort(run: RunView): Figure[] {
  const active = run.state === "training" || run.state === "evaluating";
  const secondsLeft = active ? run.secondsLeft : null;
  return [
    {
      label: "Combined speed",
      value: formatRate(active ? run.samplesPerSecond : 0),
      unit: "samples/s",
      remark: formatAmount(presentCount(run), "worker"),
    },
    {
      label: "Time left",
      value: formatTimeLeft(secondsLeft),
      remark: secondsLeft === null ? "known while it trains" : "at this speed",
    },
  ];
}

function pastEffort(run: RunView, epochs: readonly EpochPoint[]): Figure[] {
  const seconds = epochs.reduce((sum, point) => sum + point.durationMs, 0) / 1000;
  return [
    { label: "Workers", value: formatCount(presentCount(run) + run.workerCounts.left), remark: "took part" },
    {
      label: "Time taken",
      value: epochs.length === 0 ? NO_FIGURE : formatDuration(seconds),
      remark: epochs.length === 0 ? "no epoch was finished" : `for ${formatAmount(epochs.length, "epoch")}`,
    },
  ];
}

function accuracyRemark(run: RunView, published: RunView["published"]): string {
  if (published !== null) {
    return `published: ${formatAccuracy(published.testAccuracy)} after ${formatAmount(published.loss.length, "epoch")}`;
  }
  if (run.accuracy === null) return isOver(run) ? "not measured" : "known after epoch 1";
  return `test loss: ${formatLoss(run.testLoss)}`;
}
