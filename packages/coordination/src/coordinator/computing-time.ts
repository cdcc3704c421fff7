/** What a worker says of the time that it computed for a lease, and how much of that is believed. */
import { policy } from "./policy.ts";

/** In milliseconds. `headStartMs`: of `computeMs`, what was computed before the lease came. */
export interface SaidTime {
  readonly computeMs: number;
  readonly headStartMs: number;
}

/** In milliseconds. */
export interface ComputingTime {
  /** The lease had been announced, and was begun before it came. */
  readonly before: number;
  /** While the lease was out. */
  readonly within: number;
}

/** It may say anything: no longer than the lease was out, and before that no longer than anybody's head start is. */
export function computingTime({ computeMs, headStartMs }: SaidTime, outMs: number): ComputingTime {
  const before = Math.min(headStartMs, computeMs, policy.mostHeadStartMs);
  return { before, within: Math.max(0, Math.min(computeMs - before, outMs)) };
}
