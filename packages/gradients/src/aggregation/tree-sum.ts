import { assert } from "@convoy/foundation";
import { firstShard, type Group, parentOf, rootLevel, siblingOf } from "./group.ts";

/** Groups that are summed and wait for their other half. */
export type PartialSums<Sum> = ReadonlyMap<string, Sum>;

export interface TreeAddition<Sum> {
  readonly parts: PartialSums<Sum>;
  /** The sum over the whole batch, once every group has been added. */
  readonly root: Sum | null;
}

/**
 * Adds the sum of one group, and adds halves together as far up as they are complete: always left + right. `add` may
 * work in place on `left`, which nobody else holds by then.
 */
export function addToTree<Sum>(
  parts: PartialSums<Sum>,
  group: Group,
  sum: Sum,
  shardCount: number,
  add: (left: Sum, right: Sum) => Sum,
): TreeAddition<Sum> {
  const next = new Map(parts);
  const top = rootLevel(shardCount);
  let at = group;
  let total = sum;
  while (at.level < top) {
    const sibling = siblingOf(at, shardCount);
    if (sibling !== null) {
      const other = next.get(keyOf(sibling));
      if (other === undefined) break;
      next.delete(keyOf(sibling));
      total = sibling.index < at.index ? add(other, total) : add(total, other);
    }
    at = parentOf(at);
  }
  if (at.level === top) {
    assert(next.size === 0, "nothing waits beside a complete root");
    return { parts: next, root: total };
  }
  assert(!next.has(keyOf(at)), `group ${keyOf(at)} is added once`);
  next.set(keyOf(at), total);
  return { parts: next, root: null };
}

/**
 * Adds what waits in a tree that nothing more is added to, always left + right in the order of the shards. Null when
 * nothing was ever added.
 */
export function addUp<Sum>(parts: PartialSums<Sum>, add: (left: Sum, right: Sum) => Sum): Sum | null {
  const inOrder = [...parts].sort(([a], [b]) => firstShard(groupOf(a)) - firstShard(groupOf(b)));
  let total: Sum | null = null;
  for (const [, sum] of inOrder) total = total === null ? sum : add(total, sum);
  return total;
}

function keyOf(group: Group): string {
  return `${group.level}:${group.index}`;
}

function groupOf(key: string): Group {
  const [level, index] = key.split(":").map(Number);
  return { level: level as number, index: index as number };
}
