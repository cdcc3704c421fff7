import { policy } from "./policy.ts";
import type { CoordinatorState, Pace } from "./state.ts";

/**
 * Adds a finished round and forgets those that are older than the pace is measured over. Short rounds that follow each
 * other are kept as one, so that it takes no longer the more there are.
 */
export function paceWith(pace: Pace, samples: number, durationMs: number): Pace {
  const last = pace.at(-1);
  if (last !== undefined && last.rounds < policy.pacePartRounds && last.durationMs < policy.pacePartMs) {
    const next = pace.slice();
    next[next.length - 1] = {
      rounds: last.rounds + 1,
      samples: last.samples + samples,
      durationMs: last.durationMs + durationMs,
    };
    return next;
  }
  const next = [...pace.slice(1 - policy.paceParts), { rounds: 1, samples, durationMs }];
  let totalMs = 0;
  for (const part of next) totalMs += part.durationMs;
  while (next.length > 1 && totalMs - (next[0] as Pace[number]).durationMs >= policy.paceMs) {
    totalMs -= (next.shift() as Pace[number]).durationMs;
  }
  return next;
}

/** Combined training speed in samples per second: of the last rounds, and of the one that is being waited for. */
export function combinedSpeed(state: CoordinatorState, now: number): number {
  let samples = 0;
  let durationMs = 0;
  for (const part of state.pace) {
    samples += part.samples;
    durationMs += part.durationMs;
  }
  const { round } = state;
  const openMs = round?.kind === "train" ? now - (round.startedAt ?? round.openedAt) : 0;
  // A round that takes longer than all those measured together means that the pace is gone.
  if (openMs > durationMs && openMs > 1000) durationMs += openMs;
  return durationMs === 0 ? 0 : (samples / durationMs) * 1000;
}
