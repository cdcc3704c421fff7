/** Who gets which shards, until when. */
import { SHARD_SIZE } from "@convoy/datasets";
import { assert } from "@convoy/foundation";
import { endShard, findFreeGroup, firstShard, type Group } from "@convoy/gradients";
import { type LeaseMessage, limits } from "@convoy/protocol";
import { contributionCodecOf } from "./codec-in-use.ts";
import { type Crew, crewOf, isNewcomer, speedOf } from "./crew.ts";
import { isSetAside } from "./gradient-size.ts";
import { wantedShards } from "./lease-size.ts";
import { announceNext } from "./local/announce.ts";
import { describeStretch, hasAdded, planRound, stretchFor, timeForStretch } from "./local/stretches.ts";
import { samplesAhead, samplesOf } from "./named-samples.ts";
import { policy } from "./policy.ts";
import { sendParameters } from "./send-parameters.ts";
import type { Lease, LocalRound, PeerId, Round, ShardRange, ShardState, Worker } from "./state.ts";
import { withWaiting } from "./time-spent.ts";
import { readClock } from "./training-clock.ts";
import type { Turn } from "./turn.ts";

/**
 * Gives open shards to workers that are ready: first to those on trial, whose speed is to be measured, then the quickest
 * first.
 */
export function issueLeases(turn: Turn): void {
  const { control, round: open } = turn.state;
  if (control !== "running" || open === null) return;
  const ready = [];
  for (const worker of turn.state.workers.values()) {
    if (worker.state === "ready" && !isSetAside(turn.state, worker)) ready.push(worker);
  }
  if (ready.length === 0) return;
  if (!open.shards.includes("open")) {
    for (const worker of ready) standBy(turn, worker);
    return;
  }
  inOrder(turn, open.kind, ready);
  if (open.local !== null) {
    issueStretches(turn, ready);
    return;
  }
  const crew = crewOf(turn.state, open.kind);
  for (const worker of ready) {
    const round = turn.state.round as Round;
    const isOpen = round.shards.includes("open");
    if (!isOpen || (isTrial(turn, worker) ? tooManyTrials(crew, round) : shouldWait(crew, round, worker))) {
      standBy(turn, worker);
      continue;
    }
    const isFree = (shard: number) => round.shards[shard] === "open";
    const group = findFreeGroup(wantedShards(turn.state, crew, round, worker), round.shards.length, isFree);
    assert(group !== null, "an open shard is a free group");
    const range = { first: firstShard(group), end: endShard(group, round.shards.length) };
    issueLease(turn, round, worker, { group, ...range, allowedMs: allowedTime(turn, crew, worker, round, range) });
    if (isNewcomer(worker)) crew.newcomerLeaseCount++;
  }
}

function inOrder(turn: Turn, kind: Round["kind"], ready: Worker[]): void {
  const rank = (worker: Worker) => (isTrial(turn, worker) ? Number.MAX_VALUE : (speedOf(worker, kind) ?? 0));
  if (ready.length > 1) ready.sort((a, b) => rank(b) - rank(a) || a.peer - b.peer);
}

/** In `local`: each worker takes a part of the epoch, so long that all are done at about the same time. */
function issueStretches(turn: Turn, ready: readonly Worker[]): void {
  for (const { peer } of ready) {
    const round = planRound(turn, turn.state.round as Round);
    turn.change({ round });
    const worker = turn.worker(peer);
    assert(worker !== undefined, "who is ready is there");
    const stretch = stretchFor(turn, round, worker);
    if (stretch === null) {
      // It waits for the next round, or until it is tried again: then others may have what it was told of.
      standBy(
        turn,
        hasAdded(round.local as LocalRound, worker) ? worker : turn.changeWorker(worker, { announced: null }),
      );
      continue;
    }
    const group = { level: 0, index: stretch.place };
    issueLease(turn, round, worker, { ...stretch, group, allowedMs: timeForStretch(turn, worker, stretch) });
  }
  announceNext(turn, turn.state.round as Round);
}

/** Newcomers may keep no more than a part of a round from those who are known to do their work. */
function tooManyTrials(crew: Crew, round: Round): boolean {
  if (crew.newcomerCount === crew.count) return false;
  return crew.newcomerLeaseCount >= Math.max(1, round.shards.length * policy.trialShare);
}

/** It is new, or it has waited so long that it may have been misjudged. */
function isTrial(turn: Turn, worker: Worker): boolean {
  if (isNewcomer(worker)) return true;
  return worker.standby !== null && worker.standby.until <= turn.now;
}

/** Nothing for it now. If nothing comes its way for a while, it is tried all the same. */
function standBy(turn: Turn, worker: Worker): void {
  if (worker.standby !== null) return;
  turn.changeWorker(worker, { standby: { until: turn.now + policy.retryMs.least, nextMs: policy.retryMs.least } });
}

/** After a trial it waits twice as long for the next; whoever gets a lease by merit starts afresh. */
function standbyAfter(turn: Turn, worker: Worker): Worker["standby"] {
  const { standby } = worker;
  if (standby === null || standby.until > turn.now || isNewcomer(worker)) return null;
  const nextMs = Math.min(2 * standby.nextMs, policy.retryMs.most);
  return { until: turn.now + nextMs, nextMs };
}

/** What a worker was told of this epoch it has come to with a lease to train; of the next one it is still to come. */
function announcedAfter({ state: { round, epoch } }: Turn, { announced }: Worker): Worker["announced"] {
  return round?.kind === "evaluate" || (announced?.epoch ?? 0) > epoch.epoch ? announced : null;
}

function wasTold({ state: { epoch } }: Turn, { announced }: Worker, first: number): boolean {
  return announced?.epoch === epoch.epoch && announced.first === first;
}

/** Adam's steps are as long on a part of a batch as on all of it. */
function reachOf(stretch: LeaseMessage["stretch"]): number {
  return stretch === null ? 1 : stretch.stepsPerBatch * stretch.rateFactor;
}

interface Portion extends ShardRange {
  readonly group: Group;
  readonly allowedMs: number;
}

function issueLease(turn: Turn, round: Round, worker: Worker, { group, first, end, allowedMs }: Portion): void {
  const id = turn.state.lastLease + 1;
  const samples = samplesOf(round, { first, end });
  const ahead = worker.fetches ? listOf(samplesAhead(turn.state, round, group)) : [];
  const stretch = describeStretch(turn.state, round, { first, end });
  const at = readClock(turn.state.clock, turn.now);
  const lease: Lease = {
    id,
    peer: worker.peer,
    group,
    first,
    end,
    sampleCount: samples.length,
    namesAhead: ahead.length > 0,
    announced: null,
    wasAnnounced: round.local !== null && wasTold(turn, worker, first),
    reach: reachOf(stretch),
    issuedAt: turn.now,
    deadline: turn.now + allowedMs,
    state: "active",
  };
  sendParameters(turn, worker);
  turn.send(worker.peer, {
    type: "lease",
    lease: id,
    kind: round.kind,
    version: turn.state.version,
    split: round.split,
    samples: round.local === null ? listOf(samples) : [],
    draws: round.kind === "train" ? { seed: turn.state.settings.seed, epoch: turn.state.epoch.epoch } : null,
    stretch,
    ahead,
    codec: contributionCodecOf(turn.state),
    allowedMs,
  });
  turn.changeWorker(worker, {
    state: "working",
    lease: { id, kind: round.kind, sampleCount: samples.length, issuedAt: turn.now },
    holdsVersion: turn.state.version,
    timeSpent: withWaiting(worker.timeSpent, at - worker.readySince, at),
    fetches: false,
    announced: announcedAfter(turn, worker),
    standby: standbyAfter(turn, worker),
  });
  turn.changeLease(lease);
  forgetOldLease(turn);
  const { local } = round;
  turn.change({
    lastLease: id,
    round: {
      ...round,
      shards: withShards(round.shards, { first, end }, "leased"),
      startedAt: round.startedAt ?? turn.now,
      local: local && { ...local, leaseCount: local.leaseCount + 1 },
    },
  });
}

/** As Array.from does, without asking an iterator for each. */
function listOf(samples: Uint32Array): number[] {
  const list = new Array<number>(samples.length);
  for (let i = 0; i < samples.length; i++) list[i] = samples[i] as number;
  return list;
}

/**
 * A lease that is over is remembered in case its result comes all the same. One worker may get many in a round that
 * others hold up, by pausing again and again: so the oldest make room.
 */
function forgetOldLease(turn: Turn): void {
  const { leases } = turn.state;
  if (leases.size <= limits.workers + policy.leasesRemembered) return;
  for (const lease of leases.values()) {
    if (lease.state !== "settled" && turn.worker(lease.peer)?.lease?.id === lease.id) continue;
    turn.leases.delete(lease.id);
    return;
  }
}

/**
 * Whether the round ends sooner without this worker: one shard would take it longer than `patienceFactor` times what
 * the others need for everything that is open. The quickest never waits, so a round cannot be left lying.
 */
function shouldWait(crew: Crew, round: Round, worker: Worker): boolean {
  const speed = speedOf(worker, round.kind);
  if (speed === null) return false;
  const others = crew.speed - speed;
  if (others <= 0) return false;
  const openSamples = round.shards.filter((shard) => shard === "open").length * SHARD_SIZE;
  const othersNeed = Math.max(openSamples / others, SHARD_SIZE / crew.topSpeed);
  return SHARD_SIZE / speed > policy.patienceFactor * othersNeed;
}

/** On trial, a worker may not keep others waiting; alone, it gets the time that compiling its shaders takes. */
function allowedTime(turn: Turn, crew: Crew, worker: Worker, round: Round, range: ShardRange): number {
  const { deadlineMs, deadlineFactor, firstDeadlineMs, trialDeadlineMs } = policy;
  const speed = speedOf(worker, round.kind);
  const othersAreThere = crew.speed > (speed ?? 0);
  if (othersAreThere && isTrial(turn, worker)) return trialDeadlineMs;
  if (speed === null) return firstDeadlineMs;
  const expectedMs = (samplesOf(round, range).length / speed) * 1000;
  return Math.min(deadlineMs.most, Math.max(deadlineMs.least, deadlineFactor * expectedMs));
}

/** Opens the shards of leases whose time is up. Their workers are suspect until they are heard of again. */
export function expireLeases(turn: Turn): void {
  for (const lease of turn.state.leases.values()) {
    if (lease.state !== "active" || lease.deadline > turn.now) continue;
    reopen(turn, lease, "expired");
    const worker = turn.worker(lease.peer);
    assert(worker !== undefined, "an active lease has a worker");
    turn.changeWorker(worker, { state: "suspect" });
    turn.log("warning", `${worker.name} is late; its ${shardsInWords(lease)} may go to someone else.`);
  }
}

/** Takes a lease out of its worker's hands: its shards are open again unless they are done. */
export function reopen(turn: Turn, lease: Lease, state: "expired" | "settled"): void {
  const round = turn.state.round;
  if (round === null) return;
  turn.changeLease({ ...lease, state });
  if (lease.state !== "active") return;
  // Who did not come to the end of a stretch begins where it did.
  const worker = turn.worker(lease.peer);
  if (round.local !== null && worker?.announced) turn.changeWorker(worker, { announced: null });
  const shards = [...round.shards];
  for (let shard = lease.first; shard < lease.end; shard++) {
    if (shards[shard] === "leased") shards[shard] = "open";
  }
  turn.change({ round: { ...round, shards } });
}

export function withShards(shards: readonly ShardState[], { first, end }: ShardRange, state: ShardState): ShardState[] {
  const changed = [...shards];
  changed.fill(state, first, end);
  return changed;
}

export function shardsInWords({ first, end }: ShardRange): string {
  return end - first === 1 ? "1 shard" : `${end - first} shards`;
}

/** If it is this lease that the worker has in hand, it has nothing in hand any more. */
export function releaseFrom(turn: Turn, peer: PeerId, lease: number): void {
  if (turn.worker(peer)?.lease?.id === lease) release(turn, peer);
}

/** The worker has nothing in hand any more. A paused one stays paused. */
export function release(turn: Turn, peer: PeerId): void {
  const worker = turn.worker(peer);
  if (worker === undefined) return;
  const idle = worker.state === "working" || worker.state === "suspect";
  turn.changeWorker(worker, { lease: null, state: idle ? "ready" : worker.state });
}
