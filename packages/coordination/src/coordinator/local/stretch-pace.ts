/** What a worker's stretches tell of its pace. */
import { policy } from "../policy.ts";
import type { Lease, StretchPace, Worker } from "../state.ts";
import type { Turn } from "../turn.ts";

/** After a stretch that came in time: `computeMs` is what the worker says of it. */
export function paceAfter(
  turn: Turn,
  { stretchPace, leases }: Worker,
  { issuedAt, sampleCount }: Pick<Lease, "issuedAt" | "sampleCount">,
  computeMs: number,
): StretchPace {
  const elapsedMs = Math.max(0.1, turn.now - issuedAt);
  // A peer may say anything: no longer than it had.
  const computing = Math.min(elapsedMs, Math.max(0.01, computeMs));
  const newest = { msPerSample: computing / sampleCount, overheadMs: elapsedMs - computing };
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
 * measure, since what is left to compile is compiled in it; the second one is.
 */
export function slowerPace(turn: Turn, { stretchPace, lease, leases }: Worker): StretchPace | null {
  if (lease === null || (stretchPace === null && leases === 0)) return stretchPace;
  const { msPerSample, overheadMs } = stretchPace ?? { msPerSample: 0, overheadMs: 0 };
  const elapsedMs = turn.now - lease.issuedAt;
  const newest = Math.max(0, elapsedMs - overheadMs) / lease.sampleCount;
  return { overheadMs, msPerSample: Math.max(msPerSample, newest) };
}
