/** A lease in hand: what it lacks is asked for first, then it is computed. */
import { limits } from "@convoy/protocol";
import type { WorkerEffect } from "./effect.ts";
import type { WorkerEvent } from "./event.ts";
import { afterSending, getAhead } from "./head-start.ts";
import { type WorkerCoreState, withoutHeadStart } from "./state.ts";
import { stay, to, type WorkerTransition } from "./worker-transition.ts";

/** So many requests for samples are sent before the first is answered: a coordinator keeps no more ready for one peer. */
const REQUESTS_UNDER_WAY = 2;

export function onLease(
  state: WorkerCoreState,
  { message, missing, ahead, requestSize, aheadSize }: Extract<WorkerEvent, { type: "leased" }>,
): WorkerTransition {
  const giveBack = (why: string) => {
    const reason = why.slice(0, limits.descriptionLength);
    return to(state, { type: "send", message: { type: "return-lease", lease: message.lease, reason } });
  };
  if (state.paused) return giveBack("paused at the device");
  if (state.engine === null) return giveBack("there is no engine yet");
  if (state.version !== message.version) {
    const missing = `it does not hold version ${message.version} of the parameters`;
    return giveBack(state.parametersFault === null ? missing : `${missing}. ${state.parametersFault}`);
  }
  const requests = [...inParts(missing, requestSize), ...inParts(ahead, aheadSize)];
  const sent = requests.slice(0, REQUESTS_UNDER_WAY);
  const lease = { message, toRequest: requests.slice(sent.length), unanswered: sent.length, next: null };
  const begun = message.stretch === null ? { headStart: state.headStart, untold: null } : withoutHeadStart;
  const effects = sent.map((samples) => request(message.lease, samples));
  if (missing.length > 0) return to({ ...state, ...begun, lease: { ...lease, stage: "fetching" } }, ...effects);
  // What is for later arrives while this is computed.
  const inHand = { ...lease, stage: "computing" } as const;
  return to({ ...state, ...begun, lease: inHand }, ...effects, { type: "compute", lease: message });
}

/**
 * What is for later comes after all that the lease itself still lacks. Where all of a stretch was computed before it was lent, it is sent
 * before this comes.
 */
export function onAnnounced(
  state: WorkerCoreState,
  { message, ahead, aheadSize }: Extract<WorkerEvent, { type: "announced" }>,
): WorkerTransition {
  const inHand = state.lease;
  const { lease } = message;
  if (inHand === null && state.untold?.lease === lease) {
    const told = { ...state, ...afterSending({ message: state.untold, next: message }) };
    return to(told, ...getAhead(told));
  }
  if (inHand?.message.lease !== lease) return stay(state);
  const toRequest = [...inHand.toRequest, ...inParts(ahead, aheadSize)];
  const sent = toRequest.splice(0, Math.max(0, REQUESTS_UNDER_WAY - inHand.unanswered));
  const unanswered = inHand.unanswered + sent.length;
  const effects = sent.map((samples) => request(lease, samples));
  return to({ ...state, lease: { ...inHand, toRequest, unanswered, next: message } }, ...effects);
}

function inParts(samples: readonly number[], size: number): number[][] {
  const parts = [];
  for (let start = 0; start < samples.length; start += size) parts.push(samples.slice(start, start + size));
  return parts;
}

function request(lease: number, samples: number[]): WorkerEffect {
  return { type: "send", message: { type: "request-samples", lease, samples } };
}

export function onSamples(
  state: WorkerCoreState,
  { lease, missing }: Extract<WorkerEvent, { type: "samples-stored" }>,
): WorkerTransition {
  if (state.lease?.message.lease !== lease) return stay(state);
  const [next, ...toRequest] = state.lease.toRequest;
  const unanswered = state.lease.unanswered - (next === undefined ? 1 : 0);
  const inHand = { ...state.lease, toRequest, unanswered };
  const effects = next === undefined ? [] : [request(lease, next)];
  if (inHand.stage === "computing") return to({ ...state, lease: inHand }, ...effects);
  if (missing.length > 0 && unanswered > 0) return to({ ...state, lease: inHand }, ...effects);
  if (missing.length > 0) {
    return to(
      { ...state, lease: null },
      {
        type: "send",
        message: { type: "return-lease", lease, reason: `${missing.length} of its samples did not arrive` },
      },
    );
  }
  const computing = { ...inHand, stage: "computing" } as const;
  return to({ ...state, lease: computing }, ...effects, { type: "compute", lease: inHand.message });
}
