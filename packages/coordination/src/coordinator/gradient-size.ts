/**
 * A gradient can be finite and yet so large that one step with it ruins the run: a broken GPU, or a liar. What is far larger
 * than all that was counted lately is not counted before another worker finds the same. It is never changed, so a run
 * is the same with this check as without it, as long as workers are honest.
 *
 * The measure is the largest of the last gradients, not their median: once a network knows nearly all samples, the one
 * that it gets wrong has a gradient hundreds of times larger than most. But what nobody else has found counts among the last ones as no more than
 * ten times their median, so that nobody can raise the limit step by step.
 */
import { type EncodedVector, normOf } from "@convoy/vectors";
import { median } from "./median.ts";
import { policy } from "./policy.ts";
import type { CoordinatorState, PeerId, Round, Worker } from "./state.ts";

/** Norms of gradients that were counted, each divided by its number of samples; the newest last. */
export type GradientSizes = readonly number[];

/** What the core is told of a gradient instead of its numbers. One that is too large to have a norm is as little use as one without numbers. */
export function measureGradient(vector: Float32Array | EncodedVector): {
  readonly finite: boolean;
  readonly norm: number;
} {
  const norm = normOf(vector);
  return { finite: Number.isFinite(norm), norm };
}

/** How large a contribution is. */
export interface Size {
  /** For each of its samples; of a change, for each of its steps, were these as long as the recipe's. */
  readonly each: number;
  /** By how much it would move the parameters, about. */
  readonly move: number;
}

/** Why a contribution is not to be believed as it is, in a sentence; null where there is nothing to say against it. */
export function doubtAbout({ gradientSizes, startNorm }: CoordinatorState, { each, move }: Size): string | null {
  if (gradientSizes.length === 0) {
    if (startNorm === null || move <= policy.firstMove * startNorm) return null;
    return `It would move the parameters by ${(move / startNorm).toPrecision(2)} times their own length, and nothing came before it.`;
  }
  // All of them may be zero: then nothing is known of what is usual.
  const largest = Math.max(...gradientSizes);
  const isKnown = gradientSizes.length >= policy.sizesNeeded;
  if (largest === 0 || each <= (isKnown ? policy.sizeFactor : policy.earlySizeFactor) * largest) return null;
  return `It is ${(each / largest).toPrecision(2)} times as large as the largest of the last ones.`;
}

/**
 * With the size of one that counts. One that nobody else has found may be the largest, but not by so much that the next could be larger by as
 * much again, and so on: then it is taken to be some times as large as most.
 */
export function withSize(sizes: GradientSizes, each: number, isConfirmed: boolean): GradientSizes {
  const isOrdinary = isConfirmed || sizes.length === 0 || each <= Math.max(...sizes);
  const known = isOrdinary ? each : Math.min(each, policy.sizeFactor * median(sizes));
  return [...sizes.slice(1 - policy.sizesKept), known];
}

/**
 * Whether a gradient as large as this has to be believed after all: another worker that has shown that it can compute finds
 * such a one in the same round, or two where there are many; or there is no other, and it has computed this one twice.
 */
export function isConfirmed(state: CoordinatorState, round: Round, peer: PeerId): boolean {
  if (round.sizesConfirmed) return true;
  const others = [...state.workers.values()].filter((worker) => worker.peer !== peer && isWitness(state, worker));
  if (others.length === 0) return round.tooLarge.has(peer);
  const agreeing = others.filter((worker) => round.tooLarge.has(worker.peer)).length;
  return agreeing >= Math.min(policy.sizeWitnesses, Math.ceil(others.length / 2));
}

/** Whether the worker gets nothing more in this round, so that another computes what it found too large. */
export function isSetAside(state: CoordinatorState, { peer }: Worker): boolean {
  const { workers, round } = state;
  if (round === null || round.sizesConfirmed || !round.tooLarge.has(peer)) return false;
  for (const worker of workers.values()) if (isWitness(state, worker) && !round.tooLarge.has(worker.peer)) return true;
  return false;
}

/** Before anything was counted, nobody has shown that it can compute. */
function isWitness({ gradientSizes }: CoordinatorState, { samples, state }: Worker): boolean {
  return (samples > 0 || gradientSizes.length === 0) && (state === "ready" || state === "working");
}
