import type { Logger } from "pino";
import { RunSaving } from "../checkpoints/run-saving.ts";
import { ServedSamples } from "../samples/served-samples.ts";
import type { OpenRun } from "./opening.ts";
import { RunHistory } from "./run-history.ts";
import { RunLoop, type RunLoopOptions } from "./run-loop.ts";

/** What a run needs beside what was opened. */
export interface Surroundings extends Pick<RunLoopOptions, "dataset" | "admit"> {
  readonly log: Logger;
  /** Hears of the end of the run, when the data plane stands there. */
  onEnd?(): void;
}

export interface LedRun {
  readonly loop: RunLoop;
  readonly saving: RunSaving;
}

/** The loop of a run that was opened, with its folder and the log behind it. */
export function leadRun(opened: OpenRun, { dataset, admit, log, onEnd }: Surroundings): LedRun {
  const { state, plane, folder } = opened;
  const saving = new RunSaving(folder, plane, log);
  const loop = new RunLoop({
    state,
    plane,
    dataset,
    samples: new ServedSamples(dataset),
    admit,
    history: historyOf(opened),
    onReport(report) {
      if (report.type === "loss") folder.addLoss(report.point);
      else if (report.type === "epoch") folder.addEpoch(report.point);
      else log[report.entry.level === "warning" ? "warn" : "info"](report.entry.sentence);
    },
    onCheckpoint(checkpoint) {
      saving.onCheckpoint(checkpoint);
      if (checkpoint.occasion === "end") onEnd?.();
    },
  });
  return { loop, saving };
}

/** What a dashboard is told of the part of the run that another process has led. */
function historyOf({ history, remark }: OpenRun): RunHistory {
  const all = new RunHistory();
  for (const point of history.losses) all.addLoss(point);
  all.epochs.push(...history.epochs);
  if (remark !== null) all.addLogEntry({ at: Date.now(), level: "info", sentence: remark });
  return all;
}
