/** Which of a round's batches a worker takes: those that it was told of if it can, else the first that nobody was told of and that are enough. */
import { elementCount, imageShapeFor } from "@convoy/models";
import { limits } from "@convoy/protocol";
import { policy } from "../policy.ts";
import type { CoordinatorState, Round, ShardRange, Worker } from "../state.ts";

/** Batches of an epoch that may be taken, and the first of them. */
export class FreeBatches {
  readonly #isFree: Uint8Array;
  /** None before this one. */
  #from = 0;
  #count = 0;

  /** `kept`: nobody takes these. */
  constructor(length: number, isOpen: (batch: number) => boolean, kept: readonly ShardRange[]) {
    this.#isFree = new Uint8Array(length);
    for (let batch = 0; batch < length; batch++) if (isOpen(batch)) this.#isFree[batch] = 1;
    for (const { first, end } of kept) this.#isFree.fill(0, first, end);
    this.#count = this.#isFree.reduce((sum, isFree) => sum + isFree, 0);
  }

  get count(): number {
    return this.#count;
  }

  /**
   * So many that follow each other, the first that are not much fewer, or the longest there are; null where there are none. What would be too few for a
   * stretch goes with them, unless there is nothing else, or they would be more than `limit`.
   */
  first(wanted: number, limit: number): ShardRange | null {
    const least = (1 - policy.announcedSlack) * wanted;
    const most = Math.min(limit, Math.floor((1 + policy.announcedSlack) * wanted));
    let longest: ShardRange | null = null;
    for (let first = this.#isFree.indexOf(1, this.#from); first !== -1; ) {
      const end = this.#endOf(first, first + most + 1);
      const length = end - first;
      if (length >= least) {
        const isRest = length > wanted && length <= most && this.#count - length >= wanted;
        return { first, end: isRest ? end : Math.min(end, first + wanted) };
      }
      if (longest === null || length > lengthOf(longest)) longest = { first, end };
      first = this.#isFree.indexOf(1, end);
    }
    return longest;
  }

  /** The end of those that follow each other from this one on. */
  #endOf(first: number, most: number): number {
    let end = first;
    while (end < most && this.#isFree[end] === 1) end++;
    return end;
  }

  /** The first free one of a range and those that follow it: to the end of the range, but at least and at most so many. */
  within(range: ShardRange, least: number, most: number): ShardRange | null {
    const first = this.#isFree.indexOf(1, range.first);
    if (first === -1 || first >= range.end) return null;
    const length = Math.min(most, Math.max(least, range.end - first));
    return { first, end: this.#endOf(first, first + length) };
  }

  take({ first, end }: ShardRange): void {
    this.#isFree.fill(0, first, end);
    this.#count -= end - first;
    if (first <= this.#from) this.#from = end;
  }

  /** The last that follow each other, at most so many. */
  last(most: number): ShardRange | null {
    const end = this.#isFree.lastIndexOf(1) + 1;
    let first = end;
    while (first > 0 && end - first < most && this.#isFree[first - 1] === 1) first--;
    return end === 0 ? null : { first, end };
  }
}

/** What one message may name, and what a tab may keep in memory of it. */
export function mostSteps({ recipe }: CoordinatorState["settings"]): number {
  const sampleBytes = elementCount(imageShapeFor(recipe.preprocessing, recipe.model.inputShape));
  return Math.max(1, Math.min(limits.localSteps, Math.floor(limits.stretchBytes / sampleBytes / recipe.batchSize)));
}

/** Of an epoch, what workers other than this one were told that they will probably get, and can still take. */
export function announcedTo({ workers }: CoordinatorState, epoch: number, except: Worker | null): ShardRange[] {
  const ranges = [];
  for (const { announced, state, peer } of workers.values()) {
    if (announced?.epoch !== epoch || peer === except?.peer) continue;
    if (state === "ready" || state === "working") ranges.push(announced);
  }
  return ranges;
}

/** In batches. */
export interface Wish {
  readonly wanted: number;
  /** Of what it was told, at most. */
  readonly most: number;
  /** Of what it was told, as many may be computed already. */
  readonly begun: number;
}

/**
 * So many batches that follow each other, or as many as there are; null where none is open. What a worker was told it gets, if that
 * is at most `most`, and what is left of it not much shorter than what would be left of others. Where others were told of all that is open, it takes
 * what they would need last.
 */
export function rangeFor(
  state: CoordinatorState,
  round: Round,
  worker: Worker,
  { wanted, most, begun }: Wish,
): ShardRange | null {
  const { epoch } = state.epoch;
  const { announced } = worker;
  const isOpen = (batch: number) => round.shards[batch] === "open";
  const free = new FreeBatches(round.shards.length, isOpen, announcedTo(state, epoch, worker));
  const told = announced?.epoch === epoch ? free.within(announced, wanted, most) : null;
  const first = free.first(wanted, mostSteps(state.settings));
  if (first === null) return new FreeBatches(round.shards.length, isOpen, []).last(wanted);
  if (told === null) return first;
  return lengthOf(told) >= (1 - policy.announcedSlack) * (lengthOf(first) - begun) ? told : first;
}

function lengthOf({ first, end }: ShardRange): number {
  return end - first;
}
