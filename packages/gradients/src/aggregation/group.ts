/**
 * The fixed binary tree over a batch's shards. A group is an aligned subtree: level 0 holds one shard, level k up to
 * 2^k; the last group of a level may reach beyond the last shard and then holds fewer. Sums are formed along this tree
 * and no other way, so they do not depend on who computed what, or when it arrived.
 */
import { assert } from "@convoy/foundation";

export interface Group {
  readonly level: number;
  /** Number of the group within its level. */
  readonly index: number;
}

export function firstShard(group: Group): number {
  return group.index * 2 ** group.level;
}

/** The shard after the group's last, never beyond the batch. */
export function endShard(group: Group, shardCount: number): number {
  return Math.min((group.index + 1) * 2 ** group.level, shardCount);
}

/** The level of the root: the smallest whose first group holds every shard. */
export function rootLevel(shardCount: number): number {
  assert(shardCount > 0, "a batch has at least one shard");
  return levelOf(shardCount);
}

export function parentOf(group: Group): Group {
  return { level: group.level + 1, index: group.index >> 1 };
}

/** The other half of the parent, or null where no shard lies in it. */
export function siblingOf(group: Group, shardCount: number): Group | null {
  const sibling = { level: group.level, index: group.index ^ 1 };
  return firstShard(sibling) < shardCount ? sibling : null;
}

/** The largest group of at most `shardsMax` shards that are all free, the first of equals; null when nothing is free. */
export function findFreeGroup(shardsMax: number, shardCount: number, isFree: (shard: number) => boolean): Group | null {
  for (let level = Math.min(rootLevel(shardCount), levelOf(shardsMax)); level >= 0; level--) {
    for (let index = 0; index * 2 ** level < shardCount; index++) {
      const group = { level, index };
      const end = endShard(group, shardCount);
      let shard = firstShard(group);
      // At the batch's end a group may hold no more than a lower one that starts there: then that one is meant.
      if (end - shard > shardsMax || end - shard <= 2 ** (level - 1)) continue;
      while (shard < end && isFree(shard)) shard++;
      if (shard === end) return group;
    }
  }
  return null;
}

/** The smallest level whose groups hold `count` shards. By whole numbers: Math.log2 may be off where it matters. */
function levelOf(count: number): number {
  return 32 - Math.clz32(count - 1);
}
