/** The workers that compute, in sum: asked for once while shards are dealt out, however many there are. */
import { isSetAside } from "./gradient-size.ts";
import { policy } from "./policy.ts";
import type { CoordinatorState, RoundKind, Worker } from "./state.ts";

export interface Crew {
  readonly count: number;
  /** Samples per second of those whose speed is known. */
  readonly speed: number;
  /** Of the quickest. */
  readonly topSpeed: number;
  readonly newcomerCount: number;
  /** Leases in the hands of newcomers. */
  newcomerLeaseCount: number;
}

/** All that are ready or working, but for those that get nothing more in this round. */
export function crewOf(state: CoordinatorState, kind: RoundKind): Crew {
  let count = 0;
  let speed = 0;
  let topSpeed = 0;
  let newcomerCount = 0;
  let newcomerLeaseCount = 0;
  for (const worker of state.workers.values()) {
    if ((worker.state !== "ready" && worker.state !== "working") || isSetAside(state, worker)) continue;
    const own = speedOf(worker, kind) ?? 0;
    count++;
    speed += own;
    if (own > topSpeed) topSpeed = own;
    if (!isNewcomer(worker)) continue;
    newcomerCount++;
    if (worker.lease !== null) newcomerLeaseCount++;
  }
  return { count, speed, topSpeed, newcomerCount, newcomerLeaseCount };
}

/** Its speed is not to be relied upon yet. */
export function isNewcomer(worker: Worker): boolean {
  return worker.leases < policy.trialLeases;
}

export function speedOf(worker: Worker, kind: RoundKind): number | null {
  return worker.speed[kind] ?? (kind === "evaluate" ? worker.speed.train : null);
}
