/** What workers send back: checked first, counted once. */
import { assert } from "@convoy/foundation";
import { addToTree } from "@convoy/gradients";
import { type RefusalReason, readPredictions, type ToCoordinator } from "@convoy/protocol";
import { contradictionAmong, joinPredictions } from "./evaluation.ts";
import type { CoordinatorEvent } from "./event.ts";
import { doubtAbout, isFoundAgain, unbelieved, withSize } from "./gradient-size.ts";
import { release, releaseFrom, reopen, withShards } from "./leasing.ts";
import { PLACES } from "./local/local-round.ts";
import { paceAfter } from "./local/stretch-pace.ts";
import { hasAdded, hurryTheRest } from "./local/stretches.ts";
import { measured, type Took } from "./measured.ts";
import { strike } from "./members.ts";
import { samplesOf } from "./named-samples.ts";
import { refuseResult } from "./refused-results.ts";
import { closeLocalRound, completeRound } from "./rounds.ts";
import type { CoordinatorState, Lease, PeerId, Round, ShardRange, Tally, Worker } from "./state.ts";
import type { Turn } from "./turn.ts";

/** What a result says of itself, whatever is in it. */
interface Result {
  readonly kind: Round["kind"];
  readonly lease: number;
  readonly version: number;
  /** How long it took, if where the time goes is kept of its kind. */
  readonly took: Took;
}

export function onContribution(turn: Turn, said: Extract<CoordinatorEvent, { type: "contribution" }>): void {
  const { frame, peer } = said;
  // Nobody has a head start of what nobody told it of.
  const { wasAnnounced = false } = turn.state.leases.get(frame.lease) ?? {};
  const event = wasAnnounced ? said : { ...said, headStartMs: 0 };
  const { lossSum, correctCount } = event;
  const result: Result = { kind: "train", lease: frame.lease, version: frame.version, took: event };
  if (turn.worker(peer) !== undefined && frame.run !== turn.state.settings.run) {
    refuseResult(turn, peer, result, "wrong-run", "This contribution belongs to another run; join again.");
    return;
  }
  const accepted = checkResult(turn, peer, result);
  if (accepted === null) return;
  const { sampleCount } = accepted.lease;
  if (correctCount > sampleCount) {
    const sentence = `Lease ${result.lease} has ${sampleCount} samples, but ${correctCount} are said to be right.`;
    refuseResult(turn, peer, result, "malformed", sentence);
    return;
  }
  if (!event.finite || !Number.isFinite(lossSum)) {
    refuseResult(
      turn,
      peer,
      result,
      "not-finite",
      "The gradient or its loss has values that are no numbers, or too large for any.",
    );
    return;
  }
  const { local } = accepted.round;
  const { stepLosses } = event;
  const batches = local === null ? 0 : accepted.lease.end - accepted.lease.first;
  if (stepLosses.length !== batches) {
    const sentence = `Lease ${result.lease} has ${batches} batches of its own, but the losses of ${stepLosses.length} are said.`;
    refuseResult(turn, peer, result, "malformed", sentence);
    return;
  }
  // A change is as large as its steps are many and long.
  const each = event.norm / (local === null ? sampleCount : batches * accepted.lease.reach);
  const move = local === null ? each * turn.state.settings.recipe.optimizer.learningRate : event.norm;
  const doubt = doubtAbout(turn.state, { each, move });
  if (doubt !== null && !believe(turn, accepted.round, peer, each)) {
    refuseResult(
      turn,
      peer,
      result,
      "norm-too-large",
      `The gradient is too large. ${doubt} Another worker computes it too.`,
    );
    return;
  }
  turn.change({ gradientSizes: withSize(turn.state.gradientSizes, each, doubt !== null) });
  const { round } = turn.state;
  assert(round !== null, "the round that a result counts for is open");
  const { group } = accepted.lease;
  const { vector } = frame;
  if (local === null) {
    turn.effects.push({ type: "accumulate", group, shardCount: round.shards.length, vector, weight: 1 });
    count(turn, { ...accepted, round }, result, { kind: "train", lossSum, correctCount });
    return;
  }
  turn.effects.push({ type: "accumulate", group, shardCount: PLACES, vector, weight: sampleCount });
  countStretch(turn, { ...accepted, round }, result, event);
}

/** Whether one of a size that is doubted is to be believed. Notes who sent it. */
function believe(turn: Turn, round: Round, peer: PeerId, each: number): boolean {
  const isBelieved = isFoundAgain(turn.state, round, peer, each);
  turn.change({ round: { ...round, tooLarge: new Map([...round.tooLarge, [peer, each]]) } });
  return isBelieved;
}

/** The round is complete, and not enough others found gradients so large: then it was those workers. */
function blameForSizes(turn: Turn, round: Round): void {
  for (const peer of unbelieved(turn.state, round))
    strike(turn, peer, "its gradient was far too large; others found none such.");
}

export function onEvaluation(
  turn: Turn,
  peer: PeerId,
  { lease, version, predictions }: Extract<ToCoordinator, { type: "evaluation" }>,
): void {
  const result: Result = { kind: "evaluate", lease, version, took: null };
  const accepted = checkResult(turn, peer, result);
  if (accepted === null) return;
  const { classCount } = turn.state.settings.recipe.model;
  const parsed = readPredictions(predictions, accepted.lease.sampleCount, classCount);
  if (!parsed.ok) {
    refuseResult(turn, peer, result, parsed.reason, parsed.sentence);
    return;
  }
  const samples = samplesOf(accepted.round, accepted.lease);
  const place = contradictionAmong(parsed.predictions, samples, turn.state.testLabels, classCount);
  if (place !== null) {
    const sentence = `Of the lease's sample ${place + 1} class, confidence and loss contradict each other.`;
    refuseResult(turn, peer, result, "malformed", sentence);
    return;
  }
  count(turn, accepted, result, { kind: "evaluate", predictions: parsed.predictions });
}

interface Accepted {
  readonly worker: Worker;
  readonly round: Round;
  readonly lease: Lease;
}

/** The round and lease that a result may count for, or null after it was refused. */
function checkResult(turn: Turn, peer: PeerId, result: Result): Accepted | null {
  const refuse = (reason: RefusalReason, sentence: string) => {
    refuseResult(turn, peer, result, reason, sentence);
    return null;
  };
  const { state } = turn;
  const worker = turn.worker(peer);
  if (worker === undefined) return refuse("not-joined", "A result can only come from a worker that has joined.");
  const { round } = state;
  if (round === null) return refuse("run-ended", "The run has ended; nothing is counted any more.");
  const foreign = foreignLease(state, peer, result.lease);
  if (foreign !== null) return refuse(...foreign);
  const lease = state.leases.get(result.lease);
  if (result.version !== state.version) {
    return refuse(
      "stale-version",
      `This result was computed with version ${result.version} of the parameters; the run is at version ${state.version}.`,
    );
  }
  if (lease === undefined) return refuse("already-counted", `The round of lease ${result.lease} is complete.`);
  if (round.kind !== result.kind)
    return refuse("wrong-kind", `Lease ${result.lease} asks to ${round.kind}, this result is of the other kind.`);
  const done = round.shards.slice(lease.first, lease.end).includes("done");
  if (done) return refuse("already-counted", `The shards of lease ${result.lease} are counted already.`);
  if (round.local !== null && hasAdded(round.local, worker))
    return refuse("already-counted", "A round has one stretch of each worker, and yours is counted.");
  return { worker, round, lease };
}

/** Why a lease is no business of this worker's: it was never given, or to another. Of earlier rounds nobody knows. */
function foreignLease(
  { leases, lastLease }: CoordinatorState,
  peer: PeerId,
  id: number,
): [RefusalReason, string] | null {
  if (id > lastLease) return ["unknown-lease", `Lease ${id} was never given.`];
  const lease = leases.get(id);
  if (lease === undefined || lease.peer === peer) return null;
  return ["not-your-lease", `Lease ${id} was given to another worker.`];
}

/** Refuses what is said about a lease by a worker whose business it is not; false when it may be. */
export function refuseForeignLease(turn: Turn, peer: PeerId, id: number): boolean {
  const foreign = foreignLease(turn.state, peer, id);
  if (foreign === null) return false;
  turn.refuse(peer, ...foreign, id);
  strike(turn, peer, foreign[1]);
  return true;
}

function count(turn: Turn, accepted: Accepted, result: Result, tally: Tally): void {
  const { round, lease } = accepted;
  const { parts, root } = addToTree<Tally>(round.parts, lease.group, tally, round.shards.length, joinTallies);
  turn.change({ round: { ...round, parts } });
  settle(turn, accepted, result);
  revoke(turn, lease, (other) => overlap(other, lease));
  if (root === null) return;
  assert(turn.state.round !== null, "a round that is complete is open");
  blameForSizes(turn, turn.state.round);
  completeRound(turn, turn.state.round, root);
}

/** A worker's own steps. Whether the round is complete with them is seen when all that happens now is done. */
function countStretch(
  turn: Turn,
  accepted: Accepted,
  result: Result,
  event: Extract<CoordinatorEvent, { type: "contribution" }>,
): void {
  const { worker, round, lease } = accepted;
  const { sampleCount } = lease;
  const { stepLosses, correctCount } = event;
  const elapsedMs = turn.now - (round.startedAt ?? round.openedAt);
  const added = { peer: lease.peer, place: lease.group.index, sampleCount, stepLosses, correctCount, elapsedMs };
  const { local } = round;
  assert(local !== null, "a stretch belongs to a round of stretches");
  turn.change({ round: { ...round, local: { ...local, contributions: [...local.contributions, added] } } });
  const stretchPace = paceAfter(turn, worker, lease, event);
  settle(turn, { ...accepted, worker: turn.changeWorker(worker, { stretchPace }) }, result);
  // It may have been one given back, with another in hand: of each worker a round has one.
  revoke(turn, lease, (other) => overlap(other, lease) || other.peer === lease.peer);
}

/**
 * In `local`: the round is closed once something has come and nothing more is waited for. What is late is lent again in
 * the next.
 */
export function closeWhenComplete(turn: Turn): void {
  const { round, leases } = turn.state;
  if (round === null || round.local === null || round.local.contributions.length === 0) return;
  hurryTheRest(turn, round);
  for (const lease of leases.values()) if (lease.state === "active") return;
  blameForSizes(turn, round);
  closeLocalRound(turn, turn.state.round ?? round);
}

/** The one place where shards become done. */
function settle(turn: Turn, { worker, lease }: Accepted, { took }: Result): void {
  const { round } = turn.state;
  assert(round !== null, "the round that a result counts for is open");
  turn.change({ round: { ...round, shards: withShards(round.shards, lease, "done") } });
  turn.changeLease({ ...lease, state: "settled" });
  const shardCount = round.kind === "train" ? lease.end - lease.first : 0;
  turn.change({ shardCount: turn.state.shardCount + shardCount });
  const wasInHand = worker.lease?.id === lease.id;
  turn.changeWorker(worker, {
    strikes: 0,
    shards: worker.shards + shardCount,
    samples: worker.samples + lease.sampleCount,
    ...(wasInHand ? measured(turn, worker, took, true) : {}),
  });
  turn.send(worker.peer, { type: "counted", lease: lease.id, sampleCount: lease.sampleCount });
  releaseFrom(turn, worker.peer, lease.id);
}

function joinTallies(left: Tally, right: Tally): Tally {
  if (left.kind === "evaluate" && right.kind === "evaluate")
    return { kind: "evaluate", predictions: joinPredictions(left.predictions, right.predictions) };
  assert(left.kind === "train" && right.kind === "train", "a round is of one kind");
  return {
    kind: "train",
    lossSum: left.lossSum + right.lossSum,
    correctCount: left.correctCount + right.correctCount,
  };
}

/** A late result came first after all: whoever was given the same shards since need not go on. */
function revoke(turn: Turn, settled: Lease, isVoid: (other: Lease) => boolean): void {
  for (const other of turn.state.leases.values()) {
    if (other.state !== "active" || other.id === settled.id || !isVoid(other)) continue;
    reopen(turn, other, "settled");
    turn.send(other.peer, { type: "revoke", lease: other.id });
    release(turn, other.peer);
  }
}

function overlap(one: ShardRange, other: ShardRange): boolean {
  return one.first < other.end && other.first < one.end;
}
