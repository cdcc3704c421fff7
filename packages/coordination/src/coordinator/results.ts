/** What workers send back: checked first, counted once. */
import { assert } from "@convoy/foundation";
import { addToTree, endShard, firstShard } from "@convoy/gradients";
import { type RefusalReason, readPredictions, type ToCoordinator } from "@convoy/protocol";
import { contradictionAmong, joinPredictions } from "./evaluation.ts";
import type { CoordinatorEvent } from "./event.ts";
import { excessOf, isConfirmed, withSize } from "./gradient-size.ts";
import { release, releaseFrom, reopen, samplesOf, shardCountOf, shardsInWords, withShards } from "./leasing.ts";
import { strike } from "./members.ts";
import { policy } from "./policy.ts";
import { completeRound, endIfMostFail } from "./rounds.ts";
import type { CoordinatorState, Lease, LeaseInHand, PeerId, Round, Tally, Worker } from "./state.ts";
import { type LeaseTime, type TimeSpent, withLease } from "./time-spent.ts";
import { readClock } from "./training-clock.ts";
import type { Turn } from "./turn.ts";

/** What a result says of itself, whatever is in it. */
interface Result {
  readonly kind: Round["kind"];
  readonly lease: number;
  readonly version: number;
  /** How long it took, if where the time goes is kept of its kind. */
  readonly took: Pick<LeaseTime, "computeMs" | "heldMs"> | null;
}

export function onContribution(turn: Turn, event: Extract<CoordinatorEvent, { type: "contribution" }>): void {
  const { frame, peer } = event;
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
    refuseResult(turn, peer, result, "not-finite", "The gradient or its loss has values that are not numbers.");
    return;
  }
  const size = event.norm / sampleCount;
  const excess = excessOf(turn.state, size);
  if (excess > policy.sizeFactor && !believe(turn, accepted.round, peer)) {
    const sentence = `The gradient is ${excess.toPrecision(2)} times as large as the largest of the last ones. Another worker computes it too.`;
    refuseResult(turn, peer, result, "norm-too-large", sentence);
    return;
  }
  turn.change({ gradientSizes: withSize(turn.state.gradientSizes, size) });
  const { round } = turn.state;
  assert(round !== null, "the round that a result counts for is open");
  const shardCount = round.shards.length;
  turn.effects.push({ type: "accumulate", group: accepted.lease.group, shardCount, vector: frame.vector });
  count(turn, { ...accepted, round }, result, { kind: "train", lossSum, correctCount });
}

/** Notes who sent a gradient too large to be believed, or that such ones are to be believed in this round. */
function believe(turn: Turn, round: Round, peer: PeerId): boolean {
  const sizesConfirmed = isConfirmed(turn.state, round, peer);
  turn.change({ round: { ...round, sizesConfirmed, tooLarge: new Set([...round.tooLarge, peer]) } });
  return sizesConfirmed;
}

/** The round is complete, and nobody else found gradients so large: then it was those workers. */
function blameForSizes(turn: Turn, { tooLarge, sizesConfirmed }: Round): void {
  if (sizesConfirmed) return;
  for (const peer of tooLarge) strike(turn, peer, "its gradient was far too large; others found none such.");
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
  const samples = samplesOf(accepted.round, accepted.lease.group);
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
  const done = round.shards.slice(firstShard(lease.group), endShard(lease.group, round.shards.length)).includes("done");
  if (done) return refuse("already-counted", `The shards of lease ${result.lease} are counted already.`);
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

/** The one place where shards become done. */
function count(turn: Turn, { worker, round, lease }: Accepted, { took }: Result, tally: Tally): void {
  const shards = withShards(round.shards, lease.group, "done");
  const { parts, root } = addToTree<Tally>(round.parts, lease.group, tally, shards.length, joinTallies);
  turn.change({ round: { ...round, shards, parts } });
  turn.changeLease({ ...lease, state: "settled" });
  const shardCount = round.kind === "train" ? shardCountOf(turn, lease) : 0;
  turn.change({ shardCount: turn.state.shardCount + shardCount });
  const wasInHand = worker.lease?.id === lease.id;
  turn.changeWorker(worker, {
    strikes: 0,
    shards: worker.shards + shardCount,
    samples: worker.samples + lease.sampleCount,
    ...(wasInHand ? measured(turn, worker, took) : {}),
  });
  turn.send(worker.peer, { type: "counted", lease: lease.id, sampleCount: lease.sampleCount });
  releaseFrom(turn, worker.peer, lease.id);
  revokeOverlapping(turn, lease, shards.length);
  if (root !== null) {
    assert(turn.state.round !== null, "a round that is complete is open");
    blameForSizes(turn, turn.state.round);
    completeRound(turn, turn.state.round, root);
  }
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

/** From lease to result, the way of both messages included: that is what the round waits for. */
function measured(turn: Turn, worker: Worker, took: Result["took"]): Partial<Worker> {
  const { lease, speed, leases } = worker;
  if (lease === null) return {};
  const now = (lease.sampleCount / Math.max(0.1, turn.now - lease.issuedAt)) * 1000;
  const known = speed[lease.kind] ?? now;
  const isNew = leases < policy.trialLeases;
  const next = isNew ? Math.max(known, now) : known + policy.speedWeight * (now - known);
  const timeSpent = took === null ? worker.timeSpent : timeSpentOn(turn, worker.timeSpent, lease, took);
  return { speed: { ...speed, [lease.kind]: next }, leases: leases + 1, timeSpent };
}

function timeSpentOn(
  turn: Turn,
  spent: TimeSpent,
  { sampleCount, issuedAt }: LeaseInHand,
  { computeMs, heldMs }: NonNullable<Result["took"]>,
): TimeSpent {
  const outMs = Math.max(0, turn.now - issuedAt);
  return withLease(spent, { sampleCount, outMs, heldMs, computeMs }, readClock(turn.state.clock, turn.now));
}

/** A late result came first after all: whoever was given the same shards since need not go on. */
function revokeOverlapping(turn: Turn, settled: Lease, shardCount: number): void {
  for (const other of turn.state.leases.values()) {
    if (other.state !== "active" || other.id === settled.id) continue;
    const apart =
      endShard(other.group, shardCount) <= firstShard(settled.group) ||
      firstShard(other.group) >= endShard(settled.group, shardCount);
    if (apart) continue;
    reopen(turn, other, "settled");
    turn.send(other.peer, { type: "revoke", lease: other.id });
    release(turn, other.peer);
  }
}

/** Refuses a result. If it was the worker's lease in hand, the shards are open again and the worker is free. */
function refuseResult(turn: Turn, peer: PeerId, result: Result, reason: RefusalReason, sentence: string): void {
  turn.refuse(peer, reason, sentence, result.lease);
  const worker = turn.worker(peer);
  if (worker === undefined) return;
  const lease = turn.state.leases.get(result.lease);
  if (lease?.peer === peer && lease.state === "active") reopen(turn, lease, "settled");
  // A lease of this round has this round's version: whoever names another one did not compute what was asked.
  const isStale = reason === "stale-version" && lease === undefined;
  const tooLate = isStale || reason === "already-counted" || reason === "run-ended";
  if (worker.lease?.id === result.lease) {
    // A result that comes too late still tells how long it took.
    if (tooLate) turn.changeWorker(worker, measured(turn, worker, result.took));
    release(turn, peer);
  }
  if (reason === "not-finite" && mostFail(turn, peer)) return;
  // Whose fault it is that a gradient is too large, the round's end tells.
  if (!tooLate && reason !== "norm-too-large") strike(turn, peer, sentence);
}

function mostFail(turn: Turn, peer: PeerId): boolean {
  if (turn.state.round === null) return false;
  const round = { ...turn.state.round, notFinite: new Set([...turn.state.round.notFinite, peer]) };
  turn.change({ round });
  return endIfMostFail(turn, round);
}

/** A worker gives a lease back unfinished. */
export function onReturnedLease(turn: Turn, peer: PeerId, leaseId: number, reason: string): void {
  const worker = turn.worker(peer);
  const lease = turn.state.leases.get(leaseId);
  if (worker === undefined) return;
  if (lease === undefined || lease.peer !== peer || lease.state === "settled") {
    // It is over by now: there is nothing to give back.
    releaseFrom(turn, peer, leaseId);
    return;
  }
  turn.log("warning", `${worker.name} gave ${shardsInWords(turn, lease)} back: ${reason}`);
  reopen(turn, lease, "settled");
  releaseFrom(turn, peer, leaseId);
  const current = turn.worker(peer);
  if (current === undefined) return;
  // It may not hold what it is believed to hold: it gets the parameters again.
  turn.changeWorker(current, { holdsVersion: null });
  strike(turn, peer, `it could not finish a lease (${reason})`);
}
