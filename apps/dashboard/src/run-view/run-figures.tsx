import type { RunView } from "@convoy/protocol";
import { FigureRow } from "../frame/figure-row.tsx";
import { formatAccuracy, formatAmount, formatLoss, formatRate, formatTimeLeft, NO_FIGURE } from "../text/format.ts";
import { isOver, presentWorkers } from "./run-words.ts";

interface RunFiguresProps {
  readonly run: RunView;
  readonly published: RunView["published"];
}

/** How good, how fast, how long. */
export function RunFigures({ run, published }: RunFiguresProps) {
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
          label: "Loss of this epoch",
          value: formatLoss(run.loss),
          remark: `last batch: ${formatLoss(run.stepLoss)}`,
        },
        {
          label: "Combined speed",
          value: formatRate(run.samplesPerSecond),
          unit: "samples/s",
          remark: formatAmount(presentWorkers(run).length, "worker"),
        },
        {
          label: "Time left",
          value: isOver(run) ? NO_FIGURE : formatTimeLeft(run.secondsLeft),
          remark: timeRemark(run),
        },
      ]}
    />
  );
}

function accuracyRemark(run: RunView, published: RunView["published"]): string {
  if (published !== null) {
    return `published: ${formatAccuracy(published.testAccuracy)} after ${formatAmount(published.loss.length, "epoch")}`;
  }
  return run.accuracy === null ? "known after epoch 1" : `test loss: ${formatLoss(run.testLoss)}`;
}

function timeRemark(run: RunView): string {
  if (isOver(run)) return "the run is over";
  return run.secondsLeft === null ? "known while it trains" : "at this speed";
}
