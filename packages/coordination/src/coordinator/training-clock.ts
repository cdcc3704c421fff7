/**
 * How long the run has trained: a clock that stands still while the run is paused, is evaluated, or has ended. Measured by it,
 * nobody is said to have waited when there was nothing to train.
 */
import type { CoordinatorState } from "./state.ts";

export interface TrainingClock {
  /** Milliseconds, up to when it was started last. */
  readonly passedMs: number;
  /** When it was started last; null while it stands still. */
  readonly since: number | null;
}

export const stoppedClock: TrainingClock = { passedMs: 0, since: null };

/** Milliseconds of training so far. */
export function readClock({ passedMs, since }: TrainingClock, now: number): number {
  return since === null ? passedMs : passedMs + Math.max(0, now - since);
}

/** The clock of a state that was reached now: started or stopped if need be. */
export function clockFor({ clock, control, round }: CoordinatorState, now: number): TrainingClock {
  const runs = control === "running" && round?.kind === "train";
  if (runs === (clock.since !== null)) return clock;
  return { passedMs: readClock(clock, now), since: runs ? now : null };
}
