/** Which samples a lease is about, and which it names for later. */
import { batchRange, SHARD_SIZE } from "@convoy/datasets";
import { firstShard, type Group } from "@convoy/gradients";
import { limits } from "@convoy/protocol";
import { isAnnounced } from "./local/following-epoch.ts";
import { type CoordinatorState, type Lease, type Round, type ShardRange, stepsOfEpoch } from "./state.ts";

export function samplesOf({ samples, shardSize }: Round, { first, end }: ShardRange): Uint32Array {
  return samples.subarray(first * shardSize, end * shardSize);
}

/** Which samples may be asked for with a lease. */
export function namedBy(state: CoordinatorState, round: Round, lease: Lease): (sample: number) => boolean {
  const { local, shardSize } = round;
  if (local !== null) {
    const isAhead = isAnnounced(state, local.positions, lease);
    const [start, end] = [lease.first * shardSize, lease.end * shardSize];
    return (sample) => {
      const position = local.positions[sample];
      return (position !== undefined && position >= start && position < end) || isAhead(sample);
    };
  }
  const named = new Set(samplesOf(round, lease));
  if (lease.namesAhead) for (const sample of samplesAhead(state, round, lease.group)) named.add(sample);
  return (sample) => named.has(sample);
}

const none = new Uint32Array(0);

/**
 * What lies at the group's place in the epoch's next batch: as long as workers keep their pace, that will be the same
 * worker's. It may fetch those samples while it computes, and not when everybody waits for it.
 */
export function samplesAhead(
  { settings, order, epoch }: CoordinatorState,
  { kind, local }: Round,
  group: Group,
): Uint32Array {
  const next = epoch.batches + 1;
  if (kind !== "train" || local !== null || next >= stepsOfEpoch(settings)) return none;
  const { start, end } = batchRange(next, settings.recipe.batchSize, settings.trainCount);
  const first = Math.min(end, start + firstShard(group) * SHARD_SIZE);
  const last = Math.min(end, start + (group.index + 1) * 2 ** group.level * SHARD_SIZE, first + limits.aheadSamples);
  return order.subarray(first, last);
}
