/** What the page says about engines that are tried and measured. */
import type { EngineVerdict, WorkerStatus } from "@convoy/worker";
import { formatAmount, formatDay, formatFactor, formatProgress } from "../text/format.ts";

export interface TimedEngine {
  readonly engine: string;
  readonly device: string;
  readonly stepMs: number;
  readonly samplesPerSecond: number;
  readonly chosen: boolean;
  /** Why, or why not. */
  readonly remark: string;
}

export function timedEngines({ timings, winner, sampleCount }: EngineVerdict): TimedEngine[] {
  const bestMs = timings.find(({ engine }) => engine === winner)?.stepMs ?? Number.NaN;
  return timings.map((timing) => {
    const chosen = timing.engine === winner;
    const samplesPerSecond = (1000 * sampleCount) / timing.stepMs;
    return { ...timing, samplesPerSecond, chosen, remark: chosen ? "Chosen" : whyNot(timing.stepMs / bestMs) };
  });
}

function whyNot(ratio: number): string {
  if (ratio < 1) return "Quicker, but not by enough to change over";
  return ratio < 1.05 ? "As quick as the other" : `Takes ${formatFactor(ratio)} times as long`;
}

export function measuredSentence({ sampleCount, measuredAt }: EngineVerdict): string {
  return `A step: ${formatAmount(sampleCount, "sample")}, forward and backward. Measured on ${formatDay(measuredAt)}.`;
}

type Trial = NonNullable<WorkerStatus["trial"]>;

/** How far the compiler is; null when nothing is being compiled. */
export function compilingWords({ compiled }: Trial): string | null {
  return compiled === null ? null : `Compiling for the GPU: ${compiled.done} of ${compiled.all}`;
}

/** The same to be heard: every quarter, not every part. */
export function compilingHeard(trial: WorkerStatus["trial"]): string {
  const compiled = trial?.compiled ?? null;
  if (compiled === null) return "";
  const quarters = Math.floor((4 * compiled.done) / compiled.all);
  return quarters === 0 ? "Compiling for the GPU" : `Compiling for the GPU: ${formatProgress(quarters / 4)} done`;
}
