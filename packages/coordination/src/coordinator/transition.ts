/**
 * The coordinator as a pure function: what happened goes in, what is to be done comes out. No socket, clock, disk,
 * random source or tensor is in reach; the same events give the same decisions.
 */
import { assert, unreachable } from "@convoy/foundation";
import type { ControlAction } from "@convoy/protocol";
import { noCurves } from "./diagnosis/curves.ts";
import type { CoordinatorEffect } from "./effect.ts";
import type { CoordinatorEvent } from "./event.ts";
import { formatCount } from "./format.ts";
import { expireLeases, issueLeases, releaseFrom } from "./leasing.ts";
import { onProbed } from "./link.ts";
import { onAvailability, onDeparture, onJoin, strike } from "./members.ts";
import { namedBy } from "./named-samples.ts";
import { policy } from "./policy.ts";
import { expireProofs, onProving, onReady, proofDeadline } from "./proving.ts";
import { onReturnedLease } from "./refused-results.ts";
import { closeWhenComplete, onContribution, onEvaluation, refuseForeignLease } from "./results.ts";
import { end, onDivergence, trainingRound } from "./rounds.ts";
import type { RunSettings } from "./settings.ts";
import { offerSnapshots, onFetched, onFetchFailed } from "./snapshots.ts";
import { type CoordinatorState, emptyEpoch, orderOfEpoch, type PeerId, type Worker } from "./state.ts";
import { clockFor, stoppedClock } from "./training-clock.ts";
import { Turn } from "./turn.ts";

export interface CoordinatorTransition {
  readonly state: CoordinatorState;
  readonly effects: readonly CoordinatorEffect[];
}

/** `testLabels`: one class index for each sample of the test set. `parametersNorm`: length of the vector of the first parameters, where it is known. */
export function startCoordinator(
  settings: RunSettings,
  testLabels: Uint8Array,
  now: number,
  parametersNorm: number | null = null,
): CoordinatorState {
  assert(
    testLabels.length === settings.testCount,
    `${settings.testCount} samples to test with have as many labels, not ${testLabels.length}`,
  );
  const epoch = emptyEpoch(0, now);
  const order = orderOfEpoch(settings, 0);
  return {
    settings,
    testLabels,
    control: "running",
    ending: null,
    startedAt: now,
    version: 0,
    step: 0,
    epoch,
    before: null,
    snapshotBytes: policy.snapshotBytes,
    order,
    following: null,
    fingerprint: null,
    checkpointAt: now,
    round: trainingRound({ settings, order, epoch }, now),
    leases: new Map(),
    lastLease: 0,
    workers: new Map(),
    departedCount: 0,
    gradientSizes: [],
    parametersNorm,
    shardCount: 0,
    newest: { loss: null, stepLoss: null, accuracy: null, testLoss: null },
    evaluation: null,
    curves: noCurves,
    diagnosis: null,
    pace: [],
    clock: stoppedClock,
    saidTogether: null,
    codec: "fp32",
    changeCodec: "fp32",
    ways: new Map(),
    expected: null,
    wakeAt: null,
  };
}

export function transition(state: CoordinatorState, event: CoordinatorEvent): CoordinatorTransition {
  const turn = new Turn(state, event.now);
  handle(turn, event);
  if (turn.state.leases !== state.leases) closeWhenComplete(turn);
  offerSnapshots(turn);
  issueLeases(turn);
  keepClock(turn);
  setAlarm(turn);
  return { state: turn.state, effects: turn.effects };
}

function handle(turn: Turn, event: CoordinatorEvent): void {
  switch (event.type) {
    case "message":
      onMessage(turn, event);
      return;
    case "contribution":
      onContribution(turn, event);
      return;
    case "not-understood":
      onNotUnderstood(turn, event);
      return;
    case "disconnected":
      onDeparture(turn, event.peer, event.reason);
      return;
    case "diverged":
      onDivergence(turn);
      return;
    case "tick":
      expireLeases(turn);
      expireProofs(turn);
      return;
    default:
      unreachable(event);
  }
}

function onMessage(turn: Turn, { peer, message }: Extract<CoordinatorEvent, { type: "message" }>): void {
  if (message.type === "join") {
    onJoin(turn, peer, message);
    return;
  }
  if (message.type === "control") {
    onControl(turn, peer, message.action);
    return;
  }
  const worker = turn.worker(peer);
  if (worker === undefined) {
    turn.refuse(peer, "not-joined", `"${message.type}" can only come from a worker that has joined.`);
    return;
  }
  switch (message.type) {
    case "proving":
      onProving(turn, worker, message.engine);
      return;
    case "ready":
      onReady(turn, worker, message);
      return;
    case "decline":
      turn.log("warning", `${worker.name} cannot train: ${message.reason}`);
      takeLeave(turn, peer, "no engine passed the self-test");
      return;
    case "fetched":
      onFetched(turn, worker, message.version);
      return;
    case "fetch-failed":
      onFetchFailed(turn, worker, message);
      return;
    case "request-samples":
      onSampleRequest(turn, worker, message.lease, message.samples);
      return;
    case "evaluation":
      onEvaluation(turn, peer, message);
      return;
    case "probed":
      onProbed(turn, worker, message);
      return;
    case "return-lease":
      if (!refuseForeignLease(turn, peer, message.lease)) onReturnedLease(turn, peer, message.lease, message.reason);
      return;
    case "availability":
      onAvailability(turn, worker, message.available);
      return;
    case "leave":
      takeLeave(turn, peer, message.reason);
      return;
    default:
      unreachable(message);
  }
}

function takeLeave(turn: Turn, peer: PeerId, reason: string): void {
  onDeparture(turn, peer, reason);
  turn.effects.push({ type: "disconnect", peer });
}

/** Samples are handed out for a lease in hand, and only those it names. */
function onSampleRequest(turn: Turn, worker: Worker, leaseId: number, samples: number[]): void {
  const { peer } = worker;
  if (refuseForeignLease(turn, peer, leaseId)) return;
  const lease = turn.state.leases.get(leaseId);
  const { round } = turn.state;
  if (round === null || lease === undefined || lease.state === "settled") {
    // The lease ended while the request was on its way: the worker drops it when it hears of this.
    turn.refuse(peer, "unknown-lease", `Lease ${leaseId} is not in your hands any more.`, leaseId);
    releaseFrom(turn, peer, leaseId);
    return;
  }
  const isNamed = namedBy(turn.state, round, lease);
  const stranger = samples.find((sample) => !isNamed(sample));
  if (stranger !== undefined) {
    const sentence = `Lease ${leaseId} does not name sample ${stranger}.`;
    turn.refuse(peer, "unknown-sample", sentence, leaseId);
    strike(turn, peer, sentence);
    return;
  }
  turn.changeWorker(worker, { fetches: true });
  turn.effects.push({ type: "send-samples", peer, lease: leaseId, split: round.split, samples });
}

function onNotUnderstood(turn: Turn, { peer, refusal }: Extract<CoordinatorEvent, { type: "not-understood" }>): void {
  turn.refuse(peer, refusal.reason, refusal.sentence, refusal.lease);
  if (turn.worker(peer) === undefined) {
    turn.effects.push({ type: "disconnect", peer });
    return;
  }
  // It may have been the result that is waited for; then nothing else will come for that lease.
  const lease = turn.state.leases.get(refusal.lease ?? turn.worker(peer)?.lease?.id ?? 0);
  if (lease?.peer === peer && lease.state !== "settled") onReturnedLease(turn, peer, lease.id, refusal.sentence);
  else strike(turn, peer, refusal.sentence);
}

function onControl(turn: Turn, peer: PeerId, action: ControlAction): void {
  const { control } = turn.state;
  if (turn.worker(peer) !== undefined) {
    turn.refuse(peer, "not-allowed", "A worker cannot control the run.");
    return;
  }
  // Two people may press it at once: both get what they want.
  if (control === "stopped" && action === "stop") return;
  if (control === "finished" || control === "stopped") {
    turn.refuse(peer, "run-ended", "The run has ended; start the coordinator again for another.");
    return;
  }
  if (action === "stop") {
    end(turn, "stopped", `The run was stopped after ${formatCount(turn.state.step, "step")}.`);
    return;
  }
  const wanted = action === "pause" ? "paused" : "running";
  if (control === wanted) return;
  turn.change({ control: wanted });
  const sentence = action === "pause" ? "The run is paused." : "The run goes on.";
  turn.log("info", sentence);
  for (const worker of turn.state.workers.values()) {
    if (worker.state !== "left") turn.send(worker.peer, { type: "run-state", state: wanted, sentence });
  }
}

function keepClock(turn: Turn): void {
  const clock = clockFor(turn.state, turn.now);
  if (clock !== turn.state.clock) turn.change({ clock });
}

/** Asks for a tick when the next lease or self-test may be late. */
function setAlarm(turn: Turn): void {
  let at = proofDeadline(turn);
  for (const lease of turn.state.leases.values()) {
    if (lease.state === "active" && (at === null || lease.deadline < at)) at = lease.deadline;
  }
  if (at === turn.state.wakeAt) return;
  turn.change({ wakeAt: at });
  turn.effects.push({ type: "wake-at", at });
}
