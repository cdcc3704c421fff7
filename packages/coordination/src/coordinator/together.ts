/** What the quickest device would do alone, beside what all do together: figures, and a sentence that judges them. */
import type { TimeShares, TogetherView } from "@convoy/protocol";
import { formatCount } from "./format.ts";
import { combinedSpeed } from "./pace.ts";
import type { RunSettings } from "./settings.ts";
import type { CoordinatorState, Worker } from "./state.ts";
import { sharesOf, soloSpeed, type TimeSpent, withWaiting } from "./time-spent.ts";
import { readClock } from "./training-clock.ts";
import type { Turn } from "./turn.ts";

/** From this ratio of together to alone on, the one is called quicker than the other; below its inverse, slower. */
const CLEARLY = 1.05;

export function canWork({ state }: Worker): boolean {
  return state === "ready" || state === "working";
}

/** Up to now, so with the time for which it has been waiting. */
export function timeSpentBy(worker: Worker, { clock }: CoordinatorState, now: number): TimeSpent {
  if (worker.state !== "ready") return worker.timeSpent;
  const at = readClock(clock, now);
  return withWaiting(worker.timeSpent, at - worker.readySince, at);
}

/** Null until the speed of a worker that can work is known. */
export function describeTogether(state: CoordinatorState, now: number): TogetherView | null {
  let [workerCount, most, alone, quickest] = [0, 0, 0, ""];
  const sum = { computing: 0, sending: 0, waiting: 0, adding: 0 };
  let inVain = 0;
  for (const worker of state.workers.values()) {
    if (!canWork(worker)) continue;
    const spent = timeSpentBy(worker, state, now);
    const [solo, shares] = [soloSpeed(spent), sharesOf(spent)];
    if (solo === null || shares === null) continue;
    workerCount++;
    most += solo;
    if (solo > alone) [alone, quickest] = [solo, worker.name];
    for (const part of partNames) sum[part] += solo * shares[part];
    inVain += (solo * shares.computing * spent.inVain) / spent.computing;
  }
  const time = sharesOf(sum);
  const combined = combinedSpeed(state, now);
  if (time === null || combined === 0) return null;
  // For some seconds the combined speed still has the work of those who have just left.
  const efficiency = Math.min(1, combined / most);
  const figures = { workerCount, quickest, aloneSamplesPerSecond: alone, mostSamplesPerSecond: most, efficiency, time };
  const ratio = combined / alone;
  const verdict = verdictOn(workerCount, ratio);
  const sentence = sentenceOf({ ...figures, verdict, inVain: inVain / most }, ratio, state.settings);
  return { ...figures, verdict, sentence };
}

const partNames = ["computing", "sending", "waiting", "adding"] as const satisfies (keyof TimeShares)[];

function verdictOn(workerCount: number, ratio: number): TogetherView["verdict"] {
  if (workerCount === 1) return "single";
  if (ratio >= CLEARLY) return "quicker";
  return ratio > 1 / CLEARLY ? "equal" : "slower";
}

interface Judged extends Omit<TogetherView, "sentence"> {
  /** The share of the time that was computed for results that came too late; a part of computing's. */
  readonly inVain: number;
}

function sentenceOf(view: Judged, ratio: number, settings: RunSettings): string {
  const { workerCount, quickest, efficiency, time } = view;
  const all = `Together the ${formatCount(workerCount, "worker")} are`;
  switch (view.verdict) {
    case "single":
      return `${quickest} is the only one so far, and computes for ${inPercent(time.computing)} of its time. Another device can be held beside it.`;
    case "quicker":
      return `${all} ${inTimes(ratio)} times as quick as the quickest of them, ${quickest}, would be alone; ${inPercent(efficiency)} of what they could do at most is reached.`;
    case "equal":
      return `${all} no quicker than ${quickest} alone would be. ${reasonOf(view, settings)}`;
    case "slower":
      return `${all} slower than ${quickest} alone would be, at ${inPercent(ratio)} of its speed. ${reasonOf(view, settings)}`;
  }
}

/** What keeps them from computing most of all, or what they compute from being of use. */
function reasonOf({ time, inVain }: Judged, settings: RunSettings): string {
  const part = (["sending", "waiting", "adding"] as const).reduce((a, b) => (time[b] > time[a] ? b : a));
  if (inVain > time[part])
    return `Of the time, ${inPercent(inVain)} is computed in vain: results come too late to count, as they do where devices have much else to do at times. Fewer tabs or programs on one device help.`;
  const [share, computing] = [inPercent(time[part]), inPercent(time.computing)];
  const explanation = `${explanations[part]} ${remedyIn(settings)}`;
  if (time[part] > 0.5) return `Most of the time goes into ${part} (${share}): ${explanation}`;
  if (time[part] > time.computing)
    return `More time goes into ${part} (${share}) than into computing (${computing}): ${explanation}`;
  return `Beside computing (${computing}), time goes into ${part} (${share}): ${explanation}`;
}

const explanations = {
  sending: "parameters and results take longer on their way than the computing saves. A quicker network helps.",
  waiting: "there is too little to compute at a time to keep them all busy, or the quick ones wait for the slow ones.",
  adding: "this coordinator takes longer to add up and to step than the computing saves.",
};

/** What leaves more to compute between two exchanges. */
function remedyIn({ strategy, exact }: RunSettings): string {
  if (strategy.type === "local") return "More steps between two exchanges help (--local-steps).";
  return exact ? "Larger batches help." : "Larger batches help, or the strategy local, which exchanges less often.";
}

function inPercent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function inTimes(ratio: number): string {
  return ratio < 9.95 ? ratio.toFixed(1) : ratio.toFixed(0);
}

/** At the end of an epoch, the log hears whether to be many pays: the first time, and when that has changed. */
export function judgeTogether(turn: Turn): void {
  const together = describeTogether(turn.state, turn.now);
  if (together === null || together.verdict === "single" || together.verdict === turn.state.saidTogether) return;
  turn.change({ saidTogether: together.verdict });
  turn.log(together.verdict === "slower" ? "warning" : "info", together.sentence);
}
