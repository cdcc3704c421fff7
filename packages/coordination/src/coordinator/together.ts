/** What the quickest device would do alone, beside what all do together: figures, and a sentence that judges them. */
import type { TimeShares, TogetherView } from "@convoy/protocol";
import { formatCount } from "./format.ts";
import { combinedSpeed } from "./pace.ts";
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
  for (const worker of state.workers.values()) {
    if (!canWork(worker)) continue;
    const spent = timeSpentBy(worker, state, now);
    const [solo, shares] = [soloSpeed(spent), sharesOf(spent)];
    if (solo === null || shares === null) continue;
    workerCount++;
    most += solo;
    if (solo > alone) [alone, quickest] = [solo, worker.name];
    for (const part of partNames) sum[part] += solo * shares[part];
  }
  const time = sharesOf(sum);
  const combined = combinedSpeed(state, now);
  if (time === null || combined === 0) return null;
  // For some seconds the combined speed still has the work of those who have just left.
  const efficiency = Math.min(1, combined / most);
  const figures = { workerCount, quickest, aloneSamplesPerSecond: alone, mostSamplesPerSecond: most, efficiency, time };
  return { ...figures, sentence: sentenceOf(figures, combined / alone) };
}

type Figures = Omit<TogetherView, "sentence">;

const partNames = ["computing", "sending", "waiting", "adding"] as const satisfies (keyof TimeShares)[];

function sentenceOf({ workerCount, quickest, efficiency, time }: Figures, ratio: number): string {
  if (workerCount === 1)
    return `${quickest} is the only one so far, and computes for ${inPercent(time.computing)} of its time. Another device can be held beside it.`;
  const all = `Together the ${formatCount(workerCount, "worker")}`;
  const reached = `${inPercent(efficiency)} of what they could do at most is reached`;
  if (ratio >= CLEARLY)
    return `${all} are ${inTimes(ratio)} times as quick as the quickest of them, ${quickest}, would be alone; ${reached}.`;
  const verdict =
    ratio > 1 / CLEARLY
      ? `${all} are no quicker than ${quickest} alone would be`
      : `${all} are slower than ${quickest} alone would be: ${inTimes(ratio)} times its speed`;
  return `${verdict}. ${reasonOf(time)}`;
}

/** What keeps them from computing most of all. */
function reasonOf(time: TimeShares): string {
  const part = (["sending", "waiting", "adding"] as const).reduce((a, b) => (time[b] > time[a] ? b : a));
  const much = time[part] > time.computing ? "Most of the time goes" : "Beside computing, most of the time goes";
  return `${much} into ${part} (${inPercent(time[part])}): ${explanations[part]}`;
}

const explanations = {
  sending:
    "parameters and results take longer on their way than the computing saves. A quicker network helps, or larger batches.",
  waiting:
    "a batch is too small to keep them all busy, or the quick ones wait for the slow ones. Larger batches help, or fewer workers.",
  adding:
    "this coordinator takes longer to add up and to step than the computing saves. Larger batches help, or a quicker computer for it.",
};

function inPercent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function inTimes(ratio: number): string {
  return ratio < 9.95 ? ratio.toFixed(1) : ratio.toFixed(0);
}

/** At the end of an epoch, the log hears whether to be many pays: the first time, and when that has changed. */
export function judgeTogether(turn: Turn): void {
  const together = describeTogether(turn.state, turn.now);
  if (together === null || together.workerCount < 2) return;
  const pays = combinedSpeed(turn.state, turn.now) > together.aloneSamplesPerSecond;
  if (pays === turn.state.togetherPays) return;
  turn.change({ togetherPays: pays });
  turn.log(pays ? "info" : "warning", together.sentence);
}
