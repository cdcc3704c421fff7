/** What the page of the run says, chosen from what is known of it. */
import type { Diagnosis, RunView } from "@convoy/protocol";
import { formatAccuracy, formatCount, formatProgress } from "../text/format.ts";
import { runStateWords } from "./state-words.ts";

/** Workers that are here, whatever they do. */
export function presentCount({ workerCounts }: RunView): number {
  const { registered, proving, ready, working, paused, suspect } = workerCounts;
  return registered + proving + ready + working + paused + suspect;
}

export function isOver(run: RunView): boolean {
  return run.state === "finished" || run.state === "stopped";
}

/** The title of the tab: it is what one sees of a page that is not in front. */
export function documentTitle(run: RunView): string {
  const { word } = runStateWords[run.state];
  if (run.state === "finished") return `${word}, ${formatAccuracy(run.accuracy)} · Convoy`;
  return `${formatProgress(runShare(run))} · ${word} · Convoy`;
}

/** For screen readers, which must not hear of every step: it changes with the state, the epoch and the accuracy only. */
export function announcement(run: RunView): string {
  if (run.state !== "training" && run.state !== "evaluating") return run.sentence;
  const doing = run.state === "training" ? "Training" : "Testing";
  const newest = run.accuracy === null ? "" : ` Newest test accuracy: ${formatAccuracy(run.accuracy)}.`;
  return `${doing}, epoch ${formatCount(run.epoch)} of ${formatCount(run.epochs)}.${newest}`;
}

/** How much of the run is done, 0 … 1. */
export function runShare(run: RunView): number {
  return run.steps === 0 ? 0 : run.step / run.steps;
}

/** The published figures, where ours can be compared with them: only on the data that they were measured on. */
export function comparableFigures(run: RunView): RunView["published"] {
  return run.datasetWarning === null ? run.published : null;
}

export const diagnosisTitles: Record<Diagnosis["kind"], string> = {
  collapse: "The network learns nothing",
  divergence: "The training diverges",
  plateau: "The training no longer gets better",
  overfitting: "The network overfits",
};

/** How far the figures depend on who computed them. */
export function modeWords(run: RunView): string {
  if (run.exact) return "exact";
  return run.strategy === "sync" ? "the same up to rounding with any workers" : "which depends on who takes part";
}

export const exactMeaning =
  "All workers of this run have one engine, and each shard is computed by itself. Parameters and losses are the same to the last bit with any number of workers, whoever comes or goes.";

export interface WaitingAdvice {
  readonly title: string;
  readonly sentence: string;
}

/** Who the run is waiting for, and what to do about it. */
export function waitingAdvice(run: RunView): WaitingAdvice {
  const proving = run.workerCounts.registered + run.workerCounts.proving;
  const { paused } = run.workerCounts;
  if (proving > 0) {
    return {
      title: proving === 1 ? "A worker is testing itself" : `${formatCount(proving)} workers are testing themselves`,
      sentence: "Training goes on by itself as soon as a self-test has passed. More devices may join meanwhile.",
    };
  }
  if (paused > 0) {
    return {
      title: paused === 1 ? "The only worker is paused" : `All ${formatCount(paused)} workers are paused`,
      sentence: "Resume one on its own page, or lend another device.",
    };
  }
  return {
    title: run.step === 0 ? "Nobody is lending a device yet" : "Nobody is lending a device any more",
    sentence:
      "Open the worker page on any device, this one included, and press “Lend this device”. Nothing is lost while the run waits.",
  };
}
