import type { RunView } from "@convoy/protocol";
import { formatAccuracy, formatAmount, formatLoss, formatRate, formatTimeLeft, NO_FIGURE } from "../text/format.ts";
import classes from "./run-figures.module.css";
import { isOver, presentWorkers } from "./run-words.ts";

interface RunFiguresProps {
  readonly run: RunView;
  readonly published: RunView["published"];
}

/** The figures that one looks for first. */
export function RunFigures({ run, published }: RunFiguresProps) {
  const workers = formatAmount(presentWorkers(run).length, "worker");
  return (
    <dl className={classes.figures}>
      <Figure
        label="Test accuracy"
        value={formatAccuracy(run.accuracy)}
        remark={accuracyRemark(run, published)}
        strong={run.state === "finished"}
      />
      <Figure
        label="Loss of this epoch"
        value={formatLoss(run.loss)}
        remark={`last batch: ${formatLoss(run.stepLoss)}`}
      />
      <Figure label="Combined speed" value={formatRate(run.samplesPerSecond)} unit="samples/s" remark={workers} />
      <Figure
        label="Time left"
        value={isOver(run) ? NO_FIGURE : formatTimeLeft(run.secondsLeft)}
        remark={isOver(run) ? "the run is over" : run.secondsLeft === null ? "known while it trains" : "at this speed"}
      />
    </dl>
  );
}

function accuracyRemark(run: RunView, published: RunView["published"]): string {
  if (published !== null) {
    return `published ${formatAccuracy(published.testAccuracy)} after ${formatAmount(published.loss.length, "epoch")}`;
  }
  return run.accuracy === null ? "known after epoch 1" : `test loss ${formatLoss(run.testLoss)}`;
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly unit?: string;
  readonly remark: string;
  readonly strong?: boolean;
}

function Figure({ label, value, unit, remark, strong }: FigureProps) {
  return (
    <div className={classes.figure} data-strong={strong || undefined}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value}>
        {value}
        {unit !== undefined && <span className={classes.unit}> {unit}</span>}
      </dd>
      <dd className={classes.remark}>{remark}</dd>
    </div>
  );
}
