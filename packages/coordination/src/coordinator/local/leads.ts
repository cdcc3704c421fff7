/**
 * Who comes to the end of a round before the others begins the next one meanwhile, and is ahead of them from then on, until it has begun
 * all that it may and waits. So it takes a little more of the rounds to come, and the others a little less.
 */
import { assert } from "@convoy/foundation";
import { policy } from "../policy.ts";
import type { CoordinatorState, Lead, PeerId, Round, Worker } from "../state.ts";
import type { Turn } from "../turn.ts";
import { headStartShare } from "./step-scale.ts";

export const noLead: Lead = { ms: 0, beyondMeanMs: 0 };

/** When a round is closed: how far ahead each of those is whose stretch came. */
export function noteLeads(turn: Turn, { local, startedAt, shardSize }: Round): void {
  assert(local !== null && startedAt !== null, "a round of stretches that was begun");
  const leads = new Map<PeerId, number>();
  let sum = 0;
  for (const { peer, elapsedMs } of local.contributions) {
    const worker = turn.worker(peer);
    if (worker === undefined) continue;
    const mostMs = longestHeadStart(turn.state, worker, shardSize, local.workerCount);
    const ms = Math.min(turn.now - startedAt - elapsedMs, mostMs);
    leads.set(peer, ms);
    sum += ms;
  }
  const mean = leads.size === 0 ? 0 : sum / leads.size;
  for (const worker of turn.state.workers.values()) {
    const ms = leads.get(worker.peer);
    if (ms !== undefined || worker.lead !== noLead)
      turn.changeWorker(worker, { lead: ms === undefined ? noLead : { ms, beyondMeanMs: ms - mean } });
  }
}

/** So much longer, or shorter where it is negative, a worker is to compute in a round of so many milliseconds; no more than half of that. */
export function madeUpWithin(ms: number, { beyondMeanMs }: Lead): number {
  const most = Math.max(0, ms / 2);
  return Math.max(-most, Math.min(most, policy.leadShare * beyondMeanMs));
}

/** What it takes to compute what a worker may begin of the stretch that it was told of. */
function longestHeadStart(
  { settings }: CoordinatorState,
  { announced, stretchPace }: Worker,
  batchSize: number,
  workerCount: number,
): number {
  if (announced === null || stretchPace === null) return 0;
  const samples = (announced.end - announced.first) * batchSize;
  return headStartShare(settings.recipe.optimizer, workerCount) * samples * stretchPace.msPerSample;
}
