/**
 * Whoever has a stretch is told which one it will probably get next, so that its samples arrive while it computes. That is
 * the next round as it would be if it began now: at the end of an epoch, the first one of the next.
 */
import { assert } from "@convoy/foundation";
import type { Announced, CoordinatorState, Round, Worker } from "../state.ts";
import type { Turn } from "../turn.ts";
import { followingEpoch } from "./following-epoch.ts";
import { announcedTo, FreeBatches, mostSteps } from "./ranges.ts";
import { headStartShare } from "./step-scale.ts";
import { crewOf, spanFor, stepsWithin } from "./stretches.ts";

/** What is still to be given away of a round to come, and how long it would take. */
interface RoundToCome {
  readonly epoch: number;
  readonly free: FreeBatches;
  readonly spanMs: number;
}

export function announceNext(turn: Turn, round: Round): void {
  const untold = untoldWorkers(turn.state);
  if (untold.length === 0) return;
  const most = mostSteps(turn.state.settings);
  let next = restOfEpoch(turn.state, round);
  for (const worker of untold) {
    // Of the following epoch it was told with an earlier lease.
    if (worker.announced !== null) {
      tell(turn, round, worker, worker.announced);
      continue;
    }
    let range = next.free.first(stepsWithin(turn.state, worker, next.spanMs), most);
    if (range === null && next.epoch === turn.state.epoch.epoch) {
      if (next.epoch + 1 === turn.state.settings.epochs) return;
      next = beginningOf(turn, round, next.epoch + 1);
      range = next.free.first(stepsWithin(turn.state, worker, next.spanMs), most);
    }
    if (range === null) return;
    next.free.take(range);
    tell(turn, round, worker, { epoch: next.epoch, ...range });
  }
}

/** Of whom the pace is known, in the order of their leases. */
function untoldWorkers({ workers, leases }: CoordinatorState): Worker[] {
  const untold = [...workers.values()].filter(
    ({ state, lease, stretchPace }) =>
      state === "working" && stretchPace !== null && leases.get(lease?.id ?? 0)?.announced === null,
  );
  return untold.sort((a, b) => (a.lease?.id ?? 0) - (b.lease?.id ?? 0));
}

function restOfEpoch(state: CoordinatorState, { shards }: Round): RoundToCome {
  const { epoch } = state.epoch;
  const free = new FreeBatches(shards.length, (batch) => shards[batch] === "open", announcedTo(state, epoch, null));
  return { epoch, free, spanMs: spanFor(state, untoldCrew(state, epoch), free.count) };
}

function beginningOf(turn: Turn, { shards }: Round, epoch: number): RoundToCome {
  followingEpoch(turn);
  const free = new FreeBatches(shards.length, () => true, announcedTo(turn.state, epoch, null));
  return { epoch, free, spanMs: spanFor(turn.state, untoldCrew(turn.state, epoch), free.count) };
}

/** Those among whom is shared out what nobody was told of. */
function untoldCrew(state: CoordinatorState, epoch: number): Worker[] {
  return crewOf(state).filter(({ announced }) => announced?.epoch !== epoch);
}

function tell(turn: Turn, round: Round, worker: Worker, announced: Announced): void {
  const { samples, shardSize, shards, local } = round;
  const { optimizer } = turn.state.settings.recipe;
  assert(local !== null, "a round of stretches");
  const lease = turn.state.leases.get(worker.lease?.id ?? 0);
  assert(lease !== undefined, "who is told has a lease");
  const position = announced.first * shardSize;
  const sampleCount = Math.min(samples.length, announced.end * shardSize) - position;
  turn.changeWorker(worker, { announced });
  turn.changeLease({ ...lease, announced });
  const { epoch } = announced;
  // Of this epoch, what is lent now will be done.
  const done = epoch === turn.state.epoch.epoch ? shards.filter((shard) => shard !== "open").length : 0;
  const step = epoch * shards.length + done + 1;
  const mayBegin = Math.floor(headStartShare(optimizer, local.workerCount) * sampleCount);
  turn.send(worker.peer, { type: "next-stretch", lease: lease.id, epoch, position, sampleCount, step, mayBegin });
}
