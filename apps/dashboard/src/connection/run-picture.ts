import {
  type EpochPoint,
  type EvaluationView,
  type LogEntry,
  limits,
  type Progress,
  type RunView,
  type Snapshot,
  type TestSetView,
} from "@convoy/protocol";
import { type LossHistory, noLosses, withLosses } from "./loss-history.ts";

/** All that a dashboard knows of the run. Parts that did not change stay the same object. */
export interface RunPicture {
  readonly run: RunView;
  readonly losses: LossHistory;
  readonly epochs: readonly EpochPoint[];
  /** Oldest first. */
  readonly log: readonly LogEntry[];
  /** Of the test set, the newest; null before the first is over. */
  readonly evaluation: EvaluationView | null;
  readonly testSet: TestSetView;
  /** Whether this viewer may pause, resume and stop the run. */
  readonly mayControl: boolean;
}

export function pictureOf(snapshot: Snapshot): RunPicture {
  return {
    run: snapshot.run,
    losses: withLosses(noLosses, snapshot.losses),
    epochs: snapshot.epochs,
    log: snapshot.log,
    evaluation: snapshot.evaluation,
    testSet: snapshot.testSet,
    mayControl: snapshot.mayControl,
  };
}

/** The picture with what is new. News of another run begins a new picture. */
export function withProgress(picture: RunPicture, progress: Progress): RunPicture {
  const { testSet, mayControl } = picture;
  if (progress.run.run !== picture.run.run) return pictureOf({ ...progress, type: "snapshot", testSet, mayControl });
  return {
    run: progress.run,
    losses: withLosses(picture.losses, progress.losses),
    epochs: withEpochs(picture.epochs, progress.epochs),
    log: progress.log.length === 0 ? picture.log : [...picture.log, ...progress.log].slice(-limits.logEntries),
    evaluation: progress.evaluation ?? picture.evaluation,
    testSet,
    mayControl,
  };
}

/** An epoch that was reported twice keeps its newest figures. */
function withEpochs(known: readonly EpochPoint[], news: readonly EpochPoint[]): readonly EpochPoint[] {
  if (news.length === 0) return known;
  const replaced = new Set(news.map((point) => point.epoch));
  return [...known.filter((point) => !replaced.has(point.epoch)), ...news].sort((a, b) => a.epoch - b.epoch);
}
