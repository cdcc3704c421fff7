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
import { canWork } from "./together.ts";

/** Norms of gradients that were counted, each divided by its number of samples; the newest last. Of those that are zero nothing is kept. */
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

/**
 * Why a contribution is not to be believed as it is, in a sentence; null where there is nothing to say against it. While few are known, whatever
 * moves the parameters little is let in.
 */
export function doubtAbout({ gradientSizes, parametersNorm }: CoordinatorState, { each, move }: Size): string | null {
  const largest = Math.max(0, ...gradientSizes);
  const isEarly = gradientSizes.length < policy.sizesNeeded;
  if (isEarly && (parametersNorm === null || move <= policy.earlyMove * parametersNorm)) return null;
  if (each <= (isEarly ? policy.earlySizeFactor : policy.sizeFactor) * largest) return null;
  if (largest > 0) return `It is ${(each / largest).toPrecision(2)} times as large as the largest of the last ones.`;
  return "With it the parameters would move by much of their own length, and nothing came before it.";
}

/**
 * With the size of one that counts. One that nobody else has found may be the largest, but not by so much that the next could be larger by as
 * much again, and so on: then it is taken to be some times as large as most.
 */
export function withSize(sizes: GradientSizes, each: number, isFoundByOthers: boolean): GradientSizes {
  if (each === 0) return sizes;
  const isOrdinary = isFoundByOthers || sizes.length === 0 || each <= Math.max(...sizes);
  const known = isOrdinary ? each : Math.min(each, policy.sizeFactor * median(sizes));
  return [...sizes.slice(1 - policy.sizesKept), known];
}

/**
 * Whether a gradient as large as this has to be believed after all: another worker that has shown that it can compute finds
 * such a one in the same round, or two where there are many; or there is no other, and it has computed this one twice.
 */
export function isFoundAgain(state: CoordinatorState, { tooLarge }: Round, peer: PeerId, each: number): boolean {
  const isSuch = (finder: PeerId) => policy.sizeFactor * (tooLarge.get(finder) ?? 0) >= each;
  const others = [...state.workers.values()].filter((worker) => worker.peer !== peer && isWitness(state, worker));
  if (others.length === 0) return isSuch(peer);
  const agreeing = others.filter((other) => isSuch(other.peer)).length;
  return agreeing >= Math.min(policy.sizeWitnesses, Math.ceil(others.length / 2));
}

/** Who found gradients too large to be believed in this round, and was not found right. */
export function unbelieved(state: CoordinatorState, round: Round): PeerId[] {
  return [...round.tooLarge].flatMap(([peer, each]) => (isFoundAgain(state, round, peer, each) ? [] : [peer]));
}

/** Whether the worker gets nothing more in this round, so that another computes what it found too large. */
export function isSetAside(state: CoordinatorState, { peer }: Worker): boolean {
  const { workers, round } = state;
  const each = round?.tooLarge.get(peer);
  if (round === null || each === undefined || isFoundAgain(state, round, peer, each)) return false;
  for (const worker of workers.values()) if (isWitness(state, worker) && !round.tooLarge.has(worker.peer)) return true;
  return false;
}

/** Before anything was counted, nobody has shown that it can compute. */
function isWitness({ gradientSizes }: CoordinatorState, worker: Worker): boolean {
  return canWork(worker) && (worker.samples > 0 || gradientSizes.length === 0);
}
