/** In `local`: who takes how many steps by itself, until when. */
import { assert } from "@convoy/foundation";
import type { LeaseMessage } from "@convoy/protocol";
import { isSetAside } from "../gradient-size.ts";
import { median } from "../median.ts";
import { policy } from "../policy.ts";
import type { CoordinatorState, Lease, LocalRound, Round, ShardRange, StretchPace, Worker } from "../state.ts";
import { canWork } from "../together.ts";
import type { Turn } from "../turn.ts";
import { chooseExchange } from "./choose-exchange.ts";
import type { Expected } from "./cost-model.ts";
import { madeUpWithin } from "./leads.ts";
import { PLACES } from "./local-round.ts";
import { mostSteps, rangeFor } from "./ranges.ts";
import { stepScale } from "./step-scale.ts";

export interface Stretch extends ShardRange {
  readonly place: number;
}

/** The workers that take part in a round: all that could. */
export function crewOf(state: CoordinatorState): Worker[] {
  return [...state.workers.values()].filter((worker) => canWork(worker) && !isSetAside(state, worker));
}

/**
 * Decides, when the first worker is there, how long the round is to take, and for how many. Where all that had a stretch gave
 * it back, were late or left, it begins anew: whoever comes then holds nobody up.
 */
export function planRound(turn: Turn, begun: Round): Round {
  assert(begun.local !== null, "a round of stretches");
  if (begun.local.spanMs !== null && !isIdle(turn.state, begun.local)) return begun;
  const round = { ...begun, startedAt: null, local: withPlaces(turn, begun.local) };
  chooseExchange(turn, crewOf(turn.state));
  const crew = crewOf(turn.state);
  // At the end of an epoch there may be less left than a step for each.
  const open = openIn(round);
  const workerCount = Math.min(crew.length, open);
  return { ...round, local: { ...round.local, spanMs: spanFor(turn.state, crew, open), workerCount } };
}

/** How long a round is to take in which these workers take part, and so many batches are open. */
export function spanFor(state: CoordinatorState, crew: readonly Worker[], open: number): number {
  const { expected } = state;
  const known = crew.filter(({ stretchPace }) => stretchPace !== null).length;
  if (expected === null || known === 0) return 0;
  // What is middling is not known while most are new: they are not to wait long for the others.
  const mostMs = 2 * known > crew.length ? Number.POSITIVE_INFINITY : policy.leaseMs;
  const spanMs = fitted(state, open, crew, Math.min(mostMs, spanOf(expected)));
  // Where there is less left than a step for each, those who get one take as long as it takes.
  return Math.max(spanMs, Math.min(mostMs, spanOf({ ...expected, localSteps: 1 })));
}

/** Nothing has come, and nobody works. */
function isIdle({ leases }: CoordinatorState, { contributions }: LocalRound): boolean {
  if (contributions.length > 0) return false;
  for (const lease of leases.values()) if (lease.state === "active") return false;
  return true;
}

/** Those who gave their stretches back may have used up the places: then what is late does not count any more. */
function withPlaces(turn: Turn, local: LocalRound): LocalRound {
  if (local.leaseCount < PLACES) return local;
  turn.change({ leases: new Map() });
  return { ...local, leaseCount: 0 };
}

/** What so many steps take a worker of middling speed, with all that comes with them. */
function spanOf({ localSteps, stepMs, wayMs }: Expected): number {
  return localSteps * stepMs + wayMs;
}

/** At the end of an epoch less is left than would be taken: then all take as much less. */
function fitted(state: CoordinatorState, open: number, crew: readonly Worker[], spanMs: number): number {
  const wanted = (ms: number) => crew.reduce((sum, worker) => sum + stepsWithin(state, worker, ms), 0);
  if (wanted(spanMs) <= open) return spanMs;
  let [least, most] = [0, spanMs];
  for (let i = 0; i < 20; i++) {
    const middle = (least + most) / 2;
    if (wanted(middle) > open) most = middle;
    else least = middle;
  }
  // Steps are whole: either everything is taken like this, or the last to be asked takes what is left.
  return wanted(least) === open ? least : most;
}

function openIn({ shards }: Round): number {
  return shards.filter((shard) => shard === "open").length;
}

/** How many steps a worker can take in this time and have them counted; at least one, for that is how its pace is known. */
export function stepsWithin({ settings }: CoordinatorState, { stretchPace, lead }: Worker, ms: number): number {
  if (stretchPace === null) return 1;
  const { msPerSample, overheadMs } = stretchPace;
  const steps = Math.floor((ms - overheadMs + madeUpWithin(ms, lead)) / (msPerSample * settings.recipe.batchSize));
  return Math.min(mostSteps(settings), Math.max(1, steps));
}

/** Of a worker whose pace is known, the steps that take so long. */
function stepsIn({ settings }: CoordinatorState, { stretchPace }: Worker, ms: number): number {
  return stretchPace === null ? 0 : ms / (stretchPace.msPerSample * settings.recipe.batchSize);
}

/** The stretch for a worker that is ready, or null: it waits for the next round. */
export function stretchFor(turn: Turn, round: Round, worker: Worker): Stretch | null {
  const { local, startedAt } = round;
  assert(local !== null && local.spanMs !== null, "the round is planned");
  if (local.leaseCount >= PLACES || hasAdded(local, worker)) return null;
  const passedMs = startedAt === null ? 0 : turn.now - startedAt;
  const leftMs = local.spanMs - passedMs;
  const isFirst = startedAt === null;
  // Later it would be too late anyway.
  const isTried = passedMs === 0 && worker.standby !== null && worker.standby.until <= turn.now;
  if (!isFirst && !isTried && isHoldingUp(worker, turn.state, local.spanMs, passedMs)) return null;
  const range = rangeFor(turn.state, round, worker, {
    wanted: stepsWithin(turn.state, worker, leftMs),
    most: stepsWithin(turn.state, worker, leftMs * (1 + policy.announcedSlack) + worker.lead.ms),
    begun: stepsIn(turn.state, worker, worker.lead.ms),
  });
  return range && { ...range, place: local.leaseCount };
}

/** Each adds one stretch to a round: a second one would begin from the same parameters. */
export function hasAdded({ contributions }: LocalRound, { peer }: Worker): boolean {
  return contributions.some((result) => result.peer === peer);
}

/** What a step takes, with all that belongs to it. */
function stepWithWay({ msPerSample, overheadMs }: StretchPace, batchSize: number): number {
  return msPerSample * batchSize + overheadMs;
}

/**
 * Whether a round that waits for a single step of it, `passedMs` after its beginning, has fewer steps in its time than one that does not. Those who
 * are as late, or less, would come in that time too; newcomers have one step in any. Who is new itself holds nobody up.
 */
function isHoldingUp(
  { peer, stretchPace }: Worker,
  state: CoordinatorState,
  spanMs: number,
  passedMs: number,
): boolean {
  const { batchSize } = state.settings.recipe;
  if (stretchPace === null || spanMs === 0) return false;
  const ownMs = passedMs + stepWithWay(stretchPace, batchSize);
  if (ownMs <= spanMs) return false;
  let [inTime, late] = [0, 1];
  for (const other of state.workers.values()) {
    if (other.peer === peer || !canWork(other)) continue;
    if (other.stretchPace === null || stepWithWay(other.stretchPace, batchSize) <= spanMs)
      inTime += stepsWithin(state, other, spanMs);
    else if (stepWithWay(other.stretchPace, batchSize) <= ownMs) late++;
  }
  return (inTime + late) * spanMs < inTime * ownMs;
}

/** What a worker has to know besides the parameters; null where it takes no steps of its own. */
export function describeStretch(
  { settings, epoch }: CoordinatorState,
  round: Round,
  { first, end }: ShardRange,
): LeaseMessage["stretch"] {
  const { strategy } = settings;
  if (round.local === null || strategy.type === "sync") return null;
  const { length } = round.samples;
  const position = first * round.shardSize;
  return {
    position,
    sampleCount: Math.min(length, end * round.shardSize) - position,
    step: epoch.epoch * round.shards.length + epoch.batches + 1,
    stride: round.local.workerCount,
    ...stepScale(strategy, round.local.workerCount, settings.recipe.batchSize),
  };
}

/**
 * A few times what it should take; who is new has the time that compiling takes, unless others have nothing else to do. Most
 * rounds end the wait for late ones earlier.
 */
export function timeForStretch({ state }: Turn, worker: Worker, stretch: ShardRange): number {
  const { stretchPace } = worker;
  if (stretchPace === null)
    return leavesOthersIdle(state, worker, stretch) ? policy.trialDeadlineMs : policy.firstStretchMs;
  const { msPerSample, overheadMs } = stretchPace;
  const expectedMs = overheadMs + (stretch.end - stretch.first) * state.settings.recipe.batchSize * msPerSample;
  return Math.max(policy.deadlineMs.least, policy.deadlineFactor * expectedMs);
}

/** Whoever is late may still come first: so others may as well try the last batches of an epoch too. */
function leavesOthersIdle({ round, workers }: CoordinatorState, { peer }: Worker, { first, end }: ShardRange): boolean {
  const isElsewhere = (shard: string, index: number) => shard === "open" && (index < first || index >= end);
  if (round?.shards.some(isElsewhere)) return false;
  for (const other of workers.values()) if (other.state === "ready" && other.peer !== peer) return true;
  return false;
}

/**
 * Of those that are known half have come: who is much later than they are is not waited for. How late that is, they tell, by
 * their median and the median of their distances from it. Where few would wait, they do so for longer.
 */
export function hurryTheRest(turn: Turn, round: Round): void {
  const { local, startedAt } = round;
  if (local === null || startedAt === null) return;
  const active = [...turn.state.leases.values()].filter(({ state }) => state === "active");
  if (local.contributions.length < awaitedOf(turn.state, local, active)) return;
  const elapsed = local.contributions.map(({ elapsedMs }) => elapsedMs);
  const middle = median(elapsed);
  const spread = median(elapsed.map((ms) => Math.abs(ms - middle)));
  const { least, share, spreads } = policy.lateness;
  const spanMs = Math.max(local.spanMs ?? 0, middle);
  const usualMs = Math.max(least, share * spanMs, spreads * spread);
  for (const lease of active) {
    const breakEvenMs = Math.min(waitingPaysUntil(turn.state, local, lease), policy.patienceFactor * spanMs);
    const limit = startedAt + Math.max(spanMs + extraTime(turn, lease, spanMs, usualMs), breakEvenMs);
    if (lease.deadline > limit) turn.changeLease({ ...lease, deadline: Math.max(limit, turn.now) });
  }
}

/**
 * So long after the round's beginning, those who wait could have computed as many samples as are lost if the late one is not waited for. To wait
 * until then costs twice what would have been best at most, whenever it comes: the ski rental problem (Karlin et al. 1988).
 */
function waitingPaysUntil({ workers }: CoordinatorState, { contributions }: LocalRound, late: Lease): number {
  let [samplesPerMs, notWaited] = [0, 0];
  for (const { peer, elapsedMs } of contributions) {
    const pace = workers.get(peer)?.stretchPace;
    if (!pace) continue;
    samplesPerMs += 1 / pace.msPerSample;
    notWaited += elapsedMs / pace.msPerSample;
  }
  return (notWaited + late.sampleCount) / samplesPerMs;
}

/**
 * So long who is not in time is waited for. A newcomer, and one that is only tried since it is too slow, as long again as the others took: whoever
 * misses a round needs all parameters for the next, and so it might never be in time. Who is slower still is not waited for at all; how
 * long it takes is seen when it comes.
 */
function extraTime({ state }: Turn, { peer }: Lease, spanMs: number, usualMs: number): number {
  const worker = state.workers.get(peer);
  const longest = (policy.patienceFactor - 1) * spanMs;
  if (!worker?.stretchPace) return Math.max(usualMs, longest);
  if (!isHoldingUp(worker, state, spanMs, 0)) return usualMs;
  const neededMs = stepWithWay(worker.stretchPace, state.settings.recipe.batchSize) - spanMs;
  return neededMs <= longest ? neededMs + usualMs : 0;
}

/** Newcomers do not count, unless the round began with nobody else. */
function awaitedOf({ workers }: CoordinatorState, { spanMs }: LocalRound, active: readonly Lease[]): number {
  if (spanMs === 0) return active.length;
  return active.filter(({ peer }) => workers.get(peer)?.stretchPace).length;
}
