import type { WorkerEffect } from "./effect.ts";
import type { WorkerCoreState } from "./state.ts";

/** What becomes of an event. */
export interface WorkerTransition {
  readonly state: WorkerCoreState;
  readonly effects: readonly WorkerEffect[];
}

export function stay(state: WorkerCoreState): WorkerTransition {
  return { state, effects: [] };
}

export function to(state: WorkerCoreState, ...effects: WorkerEffect[]): WorkerTransition {
  return { state, effects };
}
