/** What the card about alone and together says and shows, chosen from the view of the run. */
import type { RunView, TimeShares, TogetherView, WorkerView } from "@convoy/protocol";
import {
  formatAmount,
  formatBandwidth,
  formatRate,
  formatRatio,
  formatShare,
  formatStep,
  NO_FIGURE,
} from "../text/format.ts";

/** In the order in which they are drawn. */
export const parts = [
  { part: "computing", label: "Computing", meaning: "the engine works" },
  { part: "sending", label: "Sending", meaning: "parameters, samples and results are on their way" },
  { part: "waiting", label: "Waiting", meaning: "there is nothing to do until others are done" },
  { part: "adding", label: "Adding", meaning: "the coordinator adds up and takes the step" },
] as const satisfies { part: keyof TimeShares; label: string; meaning: string }[];

export const verdictWords: Record<TogetherView["verdict"], string> = {
  single: "nobody beside it yet",
  quicker: "quicker together",
  equal: "no quicker together",
  slower: "slower together",
};

/** Together, as so many times the quickest alone: "2.1 ×". */
export function ratioOf({ aloneSamplesPerSecond }: TogetherView, samplesPerSecond: number): string {
  return `${formatRatio(samplesPerSecond / aloneSamplesPerSecond)} ×`;
}

export function efficiencyWords({ workerCount, efficiency, mostSamplesPerSecond }: TogetherView): string {
  const most = `${formatRate(mostSamplesPerSecond)} that ${workerCount === 1 ? "it" : `${formatAmount(workerCount, "worker")}`} could do at most`;
  return `${formatShare(efficiency)} of the ${most}`;
}

/** A drawing of the shares, in words. */
export function sharesInWords(time: TimeShares): string {
  return parts.map(({ part, label }) => `${label.toLowerCase()} ${formatShare(time[part])}`).join(", ");
}

/** What the way to a worker is like: "2.1 ms there and back, 92 Mb/s down, 20 Mb/s up". */
export function linkWords(link: WorkerView["link"]): string {
  if (link === null) return NO_FIGURE;
  const { roundTripMs, downBytesPerSecond, upBytesPerSecond } = link;
  return `${formatStep(roundTripMs)} there and back, ${formatBandwidth(downBytesPerSecond)} down, ${formatBandwidth(upBytesPerSecond)} up`;
}

/** Why there are no figures. */
export function nothingMeasured(run: RunView): string {
  if (run.state === "paused") return "Measured while the run trains, which it goes on to do when it is resumed.";
  return "Known as soon as a worker has computed.";
}
