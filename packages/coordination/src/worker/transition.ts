/** The worker as a pure function, the mirror image of the coordinator's. */
import { unreachable } from "@convoy/foundation";
import { PROTOCOL_VERSION, type RefusalReason } from "@convoy/protocol";
import type { WorkerEffect } from "./effect.ts";
import type { WorkerEvent } from "./event.ts";
import { onFetched, onFetchFailed, onToldToFetch } from "./fetching.ts";
import { afterSending, getAhead } from "./head-start.ts";
import { onAnnounced, onLease, onSamples } from "./leased.ts";
import { isWished, onEngineChanged, onEngineProven, onWelcome, tellProving } from "./proving.ts";
import { type WorkerCoreState, type WorkerFailure, withoutHeadStart, withoutParameters } from "./state.ts";
import { stay, to, type WorkerTransition } from "./worker-transition.ts";

/** Refusals that end a worker: coming back by itself it would only be refused again. */
const FINAL_REASONS: { readonly [reason in RefusalReason]?: WorkerFailure["kind"] } = {
  "protocol-version": "outdated",
  "invitation-required": "failed",
  "too-many-workers": "full",
  "too-many-connections": "full",
  "sent-away": "failed",
};

/** A coordinator that says so takes the worker back on its next connection, whether or not it had been welcomed. */
const PASSING_REASONS: ReadonlySet<string> = new Set<RefusalReason>(["silent", "too-fast", "too-slow"]);

/** Results in a row that are not numbers, while others go on: the engine computes wrongly. */
const NOT_FINITE_MAX = 3;

const HARMLESS_REASONS: ReadonlySet<string> = new Set<RefusalReason>([
  "stale-version",
  "already-counted",
  "unknown-lease",
  "run-ended",
]);

export function transition(state: WorkerCoreState, event: WorkerEvent): WorkerTransition {
  if (state.failure !== null || state.left) return stay(state);
  switch (event.type) {
    case "connected":
      return to(
        { ...state, connected: true },
        {
          type: "send",
          message: {
            type: "join",
            protocol: PROTOCOL_VERSION,
            name: event.name,
            device: event.device,
            token: event.token,
          },
        },
      );
    case "disconnected":
      // What was in hand belongs to the old connection; the coordinator has given it to someone else.
      return stay({
        ...state,
        connected: false,
        welcomed: false,
        ...withoutParameters,
        lease: null,
        ...withoutHeadStart,
      });
    case "welcomed":
      return onWelcome(state, event);
    case "failed":
      return fail(state, event.sentence);
    case "engine-tested":
      if (!isWished(state, event.wish)) return stay(state);
      return tellProving({ ...state, testing: event.engine });
    case "engine-proven":
      return onEngineProven(state, event);
    case "engine-changed":
      return onEngineChanged(state, event);
    case "engine-missing":
      return isWished(state, event.wish) ? fail(state, event.sentence) : stay(state);
    case "parameters-stored":
      return onParameters({ ...state, parametersFault: null }, event.version);
    case "parameters-refused":
      return stay({ ...state, parametersFault: event.sentence });
    case "told-to-fetch":
      return onToldToFetch(state, event.message);
    case "fetched":
      return onFetched(state, event.version);
    case "fetch-failed":
      return onFetchFailed(state, event);
    case "leased":
      return onLease(state, event);
    case "announced":
      return onAnnounced(state, event);
    case "samples-stored":
      return onSamples(state, event);
    case "computed":
      return onComputed(state, event);
    case "compute-failed":
      return onComputeFailed(state, event);
    case "message":
      return onMessage(state, event.message);
    case "pause":
      return onPause(state);
    case "resume":
      if (!state.paused) return stay(state);
      return to({ ...state, paused: false }, { type: "send", message: { type: "availability", available: true } });
    case "stop":
      return to(
        { ...state, left: true, lease: null },
        { type: "send", message: { type: "leave", reason: "stopped at the device" } },
        { type: "close" },
      );
    default:
      return unreachable(event);
  }
}

function fail(state: WorkerCoreState, sentence: string): WorkerTransition {
  return to(
    { ...state, failure: { kind: "failed", sentence }, lease: null },
    { type: "send", message: { type: "decline", reason: sentence.slice(0, 300) } },
    { type: "close" },
  );
}

/** A lease in hand is computed with its own parameters, or not at all. */
function onParameters(state: WorkerCoreState, version: number): WorkerTransition {
  const inHand = state.lease?.message;
  if (inHand === undefined || inHand.version === version) return stay({ ...state, version });
  const reason = `version ${version} of the parameters came in place of version ${inHand.version}`;
  return to(
    { ...state, version, lease: null },
    { type: "send", message: { type: "return-lease", lease: inHand.lease, reason } },
  );
}

function onComputed(
  state: WorkerCoreState,
  { lease, outcome, predictions }: Extract<WorkerEvent, { type: "computed" }>,
): WorkerTransition {
  const inHand = state.lease;
  // Revoked, paused or disconnected meanwhile: nobody waits for it any more.
  if (inHand?.message.lease !== lease) return stay(state);
  const next = { ...state, lease: null };
  if (predictions !== null) {
    const { version } = inHand.message;
    const { computeMs } = outcome;
    const message = { type: "evaluation", lease, version, computeMs, predictions } as const;
    return to(next, { type: "send", message }, ...getAhead(next));
  }
  // It is sent all the same: the coordinator is to know, and to refuse it by name.
  const isNumber = Number.isFinite(outcome.lossSum);
  const sent = {
    ...outcome,
    lossSum: isNumber ? outcome.lossSum : null,
    stepLosses: isNumber ? [...outcome.stepLosses] : [],
  };
  const further = { ...next, ...(isNumber ? afterSending(inHand) : withoutHeadStart) };
  return to(further, { type: "send-contribution", lease: inHand.message, outcome: sent }, ...getAhead(further));
}

function onComputeFailed(
  state: WorkerCoreState,
  { lease, sentence }: Extract<WorkerEvent, { type: "compute-failed" }>,
): WorkerTransition {
  return breakOff(state.lease?.message.lease === lease ? state : { ...state, lease: null }, sentence);
}

/** An engine that failed once is not to be trusted again: a lost GPU does not come back. Whoever waits hears it first. */
function breakOff(state: WorkerCoreState, sentence: string): WorkerTransition {
  const reason = sentence.slice(0, 300);
  const effects: WorkerEffect[] = [{ type: "send", message: { type: "leave", reason } }, { type: "close" }];
  const lease = state.lease?.message.lease;
  if (lease !== undefined) effects.unshift({ type: "send", message: { type: "return-lease", lease, reason } });
  return to({ ...state, lease: null, failure: { kind: "broken", sentence } }, ...effects);
}

function onMessage(
  state: WorkerCoreState,
  message: Extract<WorkerEvent, { type: "message" }>["message"],
): WorkerTransition {
  switch (message.type) {
    case "revoke":
      return stay(state.lease?.message.lease === message.lease ? { ...state, lease: null } : state);
    case "counted":
      return stay({
        ...state,
        notFinite: 0,
        totals: {
          ...state.totals,
          samples: state.totals.samples + message.sampleCount,
          leases: state.totals.leases + 1,
        },
      });
    case "probe": {
      const padding = new Uint8Array(message.answerBytes);
      return to(state, { type: "send", message: { type: "probed", probe: message.probe, padding } });
    }
    case "run-state":
      return stay({
        ...state,
        runState: { state: message.state, sentence: message.sentence },
        lease: message.state === "ended" ? null : state.lease,
      });
    case "refused":
      return onRefused(state, message.refusal);
    default:
      return unreachable(message);
  }
}

function onRefused(
  state: WorkerCoreState,
  refusal: Extract<Extract<WorkerEvent, { type: "message" }>["message"], { type: "refused" }>["refusal"],
): WorkerTransition {
  // That someone else was quicker is no trouble that a person should be shown.
  const lastRefusal = HARMLESS_REASONS.has(refusal.reason) ? state.totals.lastRefusal : refusal.sentence;
  const totals = { ...state.totals, lastRefusal };
  const kind = FINAL_REASONS[refusal.reason];
  // A greeting that was not accepted would not be accepted the next time either.
  if (kind !== undefined || (state.run === null && !PASSING_REASONS.has(refusal.reason))) {
    return to({ ...state, totals, failure: { kind: kind ?? "failed", sentence: refusal.sentence } }, { type: "close" });
  }
  const lease = refusal.lease !== undefined && state.lease?.message.lease === refusal.lease ? null : state.lease;
  const notFinite = refusal.reason === "not-finite" ? state.notFinite + 1 : state.notFinite;
  const next = { ...state, totals, lease, notFinite };
  if (notFinite < NOT_FINITE_MAX) return stay(next);
  const engine = state.engine?.identity.name ?? "the engine";
  return breakOff(next, `What ${engine} computed was not a number, ${NOT_FINITE_MAX} times in a row.`);
}

function onPause(state: WorkerCoreState): WorkerTransition {
  if (state.paused) return stay(state);
  return to(
    { ...state, paused: true, lease: null },
    { type: "send", message: { type: "availability", available: false } },
  );
}
