/** A worker that is new fetches the parameters of a large network over HTTP, and says what became of that. */
import { type FetchMessage, limits } from "@convoy/protocol";
import type { WorkerEvent } from "./event.ts";
import type { WorkerCoreState } from "./state.ts";
import { stay, to, type WorkerTransition } from "./worker-transition.ts";

export function onToldToFetch(state: WorkerCoreState, message: FetchMessage): WorkerTransition {
  // Told twice, since it paused in between.
  if (state.version === message.version) return say(state, message.version);
  // What it held makes room.
  return to({ ...state, version: null, fetching: message.version }, { type: "fetch", message });
}

export function onFetched(state: WorkerCoreState, version: number): WorkerTransition {
  if (state.fetching !== version) return stay(state);
  return say({ ...state, fetching: null, version }, version);
}

export function onFetchFailed(
  state: WorkerCoreState,
  { version, sentence }: Extract<WorkerEvent, { type: "fetch-failed" }>,
): WorkerTransition {
  if (state.fetching !== version) return stay(state);
  const reason = sentence.slice(0, limits.descriptionLength);
  return to({ ...state, fetching: null }, { type: "send", message: { type: "fetch-failed", version, reason } });
}

function say(state: WorkerCoreState, version: number): WorkerTransition {
  return to(state, { type: "send", message: { type: "fetched", version } });
}
