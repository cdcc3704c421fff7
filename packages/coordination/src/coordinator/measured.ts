/** How quick a worker is and where its time goes, from what its leases took. */
import { computingTime } from "./computing-time.ts";
import { policy } from "./policy.ts";
import type { LeaseInHand, Worker } from "./state.ts";
import { type LeaseTime, type TimeSpent, withLease } from "./time-spent.ts";
import { readClock } from "./training-clock.ts";
import type { Turn } from "./turn.ts";

/** What is known of the time that a result took; null where its worker did not say. */
export type Took = Pick<LeaseTime, "computeMs" | "headStartMs" | "heldMs"> | null;

/**
 * From lease to result, the way of both messages included: that is what the round waits for. A head start counts too. A result that
 * does not count, since it came too late, tells it as well.
 */
export function measured(turn: Turn, worker: Worker, took: Took, counts: boolean): Partial<Worker> {
  const { lease, speed, leases } = worker;
  if (lease === null) return {};
  const outMs = turn.now - lease.issuedAt;
  const headStart = took === null ? 0 : computingTime(took, outMs).before;
  const now = (lease.sampleCount / Math.max(0.1, headStart + outMs)) * 1000;
  const known = speed[lease.kind] ?? now;
  const isNew = leases < policy.trialLeases;
  const next = isNew ? Math.max(known, now) : known + policy.speedWeight * (now - known);
  const timeSpent = took === null ? worker.timeSpent : timeSpentOn(turn, worker.timeSpent, lease, { ...took, counts });
  return { speed: { ...speed, [lease.kind]: next }, leases: leases + 1, timeSpent };
}

function timeSpentOn(
  turn: Turn,
  spent: TimeSpent,
  { sampleCount, issuedAt }: LeaseInHand,
  took: NonNullable<Took> & Pick<LeaseTime, "counts">,
): TimeSpent {
  const outMs = Math.max(0, turn.now - issuedAt);
  return withLease(spent, { ...took, sampleCount, outMs }, readClock(turn.state.clock, turn.now));
}
