import { policy } from "./policy.ts";
import type { CoordinatorState, Pace } from "./state.ts";

/** Adds a finished round and forgets those that are older than the pace is measured over. */
export function paceWith(pace: Pace, samples: number, durationMs: number): Pace {
  const next = [...pace.slice(1 - policy.paceRounds), { samples, durationMs }];
  let totalMs = next.reduce((sum, round) => sum + round.durationMs, 0);
  while (next.length > 1 && totalMs - (next[0] as Pace[number]).durationMs >= policy.paceMs) {
    totalMs -= (next.shift() as Pace[number]).durationMs;
  }
  return next;
}

/** Combined training speed in samples per second: of the last rounds, and of the one that is being waited for. */
export function combinedSpeed(state: CoordinatorState, now: number): number {
  let samples = 0;
  let durationMs = 0;
  for (const round of state.pace) {
    samples += round.samples;
    durationMs += round.durationMs;
  }
  const { round } = state;
  const openMs = round?.kind === "train" ? now - (round.startedAt ?? round.openedAt) : 0;
  // A round that takes longer than all those measured together means that the pace is gone.
  if (openMs > durationMs && openMs > 1000) durationMs += openMs;
  return durationMs === 0 ? 0 : (samples / durationMs) * 1000;
}
