/**
 * A gradient can be finite and yet so large that one step with it ruins the run: a broken GPU, or a liar. What is far larger
 * than all that was counted lately is not counted before another worker finds the same. It is never changed, so a run
 * is the same with this check as without it, as long as workers are honest.
 *
 * The measure is the largest of the last gradients, not their median: once a network knows nearly all samples, the one
 * that it gets wrong has a gradient hundreds of times larger than most.
 */
import { isFiniteVector, normOf } from "@convoy/vectors";
import { policy } from "./policy.ts";
import type { CoordinatorState, PeerId, Round, Worker } from "./state.ts";

/** Norms of gradients that were counted, each divided by its number of samples; the newest last. */
export type GradientSizes = readonly number[];

/** What the core is told of a gradient instead of its numbers. */
export function measureGradient(vector: Float32Array): { readonly finite: boolean; readonly norm: number } {
  const norm = normOf(vector);
  // Only where the norm is none does the vector have to be looked at again.
  return Number.isFinite(norm)
    ? { finite: true, norm }
    : { finite: isFiniteVector(vector), norm: Number.POSITIVE_INFINITY };
}

export function withSize(sizes: GradientSizes, size: number): GradientSizes {
  return [...sizes.slice(1 - policy.sizesKept), size];
}

/** How many times as large as the largest of the last ones; 0 while too few are known. */
export function excessOf({ gradientSizes }: CoordinatorState, size: number): number {
  if (gradientSizes.length < policy.sizesNeeded) return 0;
  // All of them may be zero: then nothing is known of what is usual.
  const largest = Math.max(...gradientSizes);
  return largest === 0 ? 0 : size / largest;
}

/**
 * Whether a gradient as large as this has to be believed after all: another worker that has shown that it can compute finds
 * such a one in the same round, or two where there are many; or there is no other, and it has computed this one twice.
 */
export function isConfirmed({ workers }: CoordinatorState, round: Round, peer: PeerId): boolean {
  if (round.sizesConfirmed) return true;
  const others = [...workers.values()].filter((worker) => worker.peer !== peer && isWitness(worker));
  if (others.length === 0) return round.tooLarge.has(peer);
  const agreeing = others.filter((worker) => round.tooLarge.has(worker.peer)).length;
  return agreeing >= Math.min(policy.sizeWitnesses, Math.ceil(others.length / 2));
}

/** Whether the worker gets nothing more in this round, so that another computes what it found too large. */
export function isSetAside({ workers, round }: CoordinatorState, { peer }: Worker): boolean {
  if (round === null || round.sizesConfirmed || !round.tooLarge.has(peer)) return false;
  for (const worker of workers.values()) if (isWitness(worker) && !round.tooLarge.has(worker.peer)) return true;
  return false;
}

function isWitness({ samples, state }: Worker): boolean {
  return samples > 0 && (state === "ready" || state === "working");
}
