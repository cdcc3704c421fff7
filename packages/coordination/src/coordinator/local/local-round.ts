/** A round in which every worker takes several steps by itself: opened with what is still to come of the epoch, closed with what came. */
import { batchCount } from "@convoy/datasets";
import { assert } from "@convoy/foundation";
import type { CoordinatorState, EpochSoFar, PeerId, Round, ShardState } from "../state.ts";

/** Places in the tree of sums: more than a round can have leases. */
export const PLACES = 4096;

/** What a stretch gave, besides the change of the parameters. */
export interface StretchResult {
  readonly peer: PeerId;
  /** In the tree of sums. */
  readonly place: number;
  readonly sampleCount: number;
  /** Of each step, the sum over its samples. */
  readonly stepLosses: readonly number[];
  readonly correctCount: number;
  /** After the round was begun. */
  readonly elapsedMs: number;
}

/** Its shards are the batches of the epoch, those that are done among them. */
export function localRound(
  { settings, order, epoch }: Pick<CoordinatorState, "settings" | "order" | "epoch">,
  now: number,
): Round {
  const { batchSize } = settings.recipe;
  return {
    kind: "train",
    split: "train",
    samples: order,
    shardSize: batchSize,
    shards: shardsOf(epoch, batchCount(settings.trainCount, batchSize)),
    local: { positions: positionsIn(order), leaseCount: 0, spanMs: null, workerCount: 0, contributions: [] },
    parts: new Map(),
    notFinite: new Set(),
    tooLarge: new Map(),
    openedAt: now,
    startedAt: null,
  };
}

/** Of each sample, its position in an order of all of them. */
export function positionsIn(order: Uint32Array): Uint32Array {
  const positions = new Uint32Array(order.length);
  for (let position = 0; position < order.length; position++) positions[order[position] as number] = position;
  return positions;
}

function shardsOf({ batches, open }: EpochSoFar, count: number): ShardState[] {
  const shards = new Array<ShardState>(count).fill("done");
  for (const [first, end] of open ?? [[batches, count]]) shards.fill("open", first, end);
  return shards;
}

/** First and end of every range of shards that are still to come. */
export function openRanges(shards: readonly ShardState[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (let first = 0; first < shards.length; first++) {
    if (shards[first] === "done") continue;
    let end = first;
    while (end < shards.length && shards[end] !== "done") end++;
    ranges.push([first, end]);
    first = end;
  }
  return ranges;
}

/** What a round gave, in sum. */
export interface LocalTotal {
  readonly sampleCount: number;
  readonly correctCount: number;
  /** The mean loss of each batch, in the order in which the workers took them side by side. */
  readonly losses: readonly number[];
}

export function totalOf(round: Round): LocalTotal {
  assert(round.local !== null, "a round of stretches");
  const inPlace = round.local.contributions.toSorted((a, b) => a.place - b.place);
  let [sampleCount, correctCount] = [0, 0];
  for (const result of inPlace) {
    sampleCount += result.sampleCount;
    correctCount += result.correctCount;
  }
  return { sampleCount, correctCount, losses: lossesSideBySide(inPlace, round.shardSize) };
}

/** First the first step of every worker, then the second, as if they had taken them at the same time. */
function lossesSideBySide(results: readonly StretchResult[], batchSize: number): number[] {
  const losses: number[] = [];
  const longest = results.reduce((most, { stepLosses }) => Math.max(most, stepLosses.length), 0);
  for (let step = 0; step < longest; step++) {
    for (const { stepLosses, sampleCount } of results) {
      const loss = stepLosses[step];
      if (loss === undefined) continue;
      const isLast = step === stepLosses.length - 1;
      losses.push(loss / (isLast ? sampleCount - step * batchSize : batchSize));
    }
  }
  return losses;
}
