/** What a worker's stretches tell of its pace. */
import { computingTime, type SaidTime } from "../computing-time.ts";
import { policy } from "../policy.ts";
import type { Lease, StretchPace, Worker } from "../state.ts";
import type { Turn } from "../turn.ts";

type Lent = Pick<Lease, "issuedAt" | "sampleCount">;

/** What it did not compute while it had the lease is the way, whether or not it had begun before. */
function paceOf(turn: Turn, { issuedAt, sampleCount }: Lent, said: SaidTime): StretchPace {
  const elapsedMs = Math.max(0.1, turn.now - issuedAt);
  const { before, within } = computingTime(said, elapsedMs);
  return { msPerSample: Math.max(0.01, before + within) / sampleCount, overheadMs: elapsedMs - within };
}

/** After a stretch that came in time. */
export function paceAfter(turn: Turn, { stretchPace, leases }: Worker, lease: Lent, said: SaidTime): StretchPace {
  const newest = paceOf(turn, lease, said);
  if (stretchPace === null) return newest;
  const blend = (known: number, value: number) =>
    leases < policy.trialLeases ? Math.min(known, value) : known + policy.speedWeight * (value - known);
  return {
    msPerSample: blend(stretchPace.msPerSample, newest.msPerSample),
    overheadMs: blend(stretchPace.overheadMs, newest.overheadMs),
  };
}

/**
 * After one that came too late: whatever it was that took so long, the next one is to be shorter. Of a newcomer the first step is no
 * measure, since what is left to compile is compiled in it; the second one is what it is.
 */
export function slowerPace(turn: Turn, worker: Worker, said: SaidTime | null): StretchPace | null {
  const { stretchPace, lease, leases } = worker;
  if (lease === null) return stretchPace;
  if (stretchPace === null) return leases === 0 || said === null ? null : paceOf(turn, lease, said);
  const elapsedMs = turn.now - lease.issuedAt;
  const msPerSample = Math.max(0, elapsedMs - stretchPace.overheadMs) / lease.sampleCount;
  return { ...stretchPace, msPerSample: Math.max(stretchPace.msPerSample, msPerSample) };
}
