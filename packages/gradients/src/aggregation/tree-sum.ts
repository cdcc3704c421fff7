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

/** left ← left + right, element by element. */
export function addVectors(left: Float32Array, right: Float32Array): Float32Array {
  assert(left.length === right.length, "vectors of one sum have one length");
  // Four at a time: so many bounds are checked at once.
  const whole = left.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    left[i] = (left[i] as number) + (right[i] as number);
    left[i + 1] = (left[i + 1] as number) + (right[i + 1] as number);
    left[i + 2] = (left[i + 2] as number) + (right[i + 2] as number);
    left[i + 3] = (left[i + 3] as number) + (right[i + 3] as number);
  }
  for (let i = whole; i < left.length; i++) left[i] = (left[i] as number) + (right[i] as number);
  return left;
}
