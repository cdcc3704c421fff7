import { assert } from "@convoy/foundation";
import { type Group, parentOf, rootLevel, siblingOf } from "./group.ts";

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

function keyOf(group: Group): string {
  return `${group.level}:${group.index}`;
}
