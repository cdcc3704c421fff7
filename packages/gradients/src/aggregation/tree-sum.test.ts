import { RandomSequence } from "@convoy/foundation";
import { addVectors } from "@convoy/vectors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addToTree, addUp, endShard, findFreeGroup, firstShard, type Group, type PartialSums } from "../index.ts";

const LENGTH = 5;

function leaf(shard: number): Float32Array {
  const random = new RandomSequence(3, "test", shard);
  return Float32Array.from({ length: LENGTH }, () => random.between(-1, 1) * 10 ** random.between(-3, 3));
}

/** The specification: the sum of a range of shards, split at the largest power of two below its length. */
function sumByDefinition(first: number, level: number, shardCount: number): Float32Array {
  if (level === 0) return leaf(first);
  const middle = first + 2 ** (level - 1);
  const left = sumByDefinition(first, level - 1, shardCount);
  return middle < shardCount ? addVectors(left, sumByDefinition(middle, level - 1, shardCount)) : left;
}

/** Cuts a batch into aligned groups of random sizes, as leases do. */
function cut(shardCount: number, random: RandomSequence): Group[] {
  const groups: Group[] = [];
  const taken = new Set<number>();
  while (taken.size < shardCount) {
    const group = findFreeGroup(1 + random.below(shardCount), shardCount, (shard) => !taken.has(shard)) as Group;
    for (let shard = firstShard(group); shard < endShard(group, shardCount); shard++) taken.add(shard);
    groups.push(group);
  }
  return groups;
}

function shuffle<Item>(items: Item[], random: RandomSequence): Item[] {
  return items
    .map((item) => [random.uint32(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

describe("addToTree", () => {
  test("gives the same bits for every way to cut the batch and every order of arrival", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (shardCount, seed) => {
        const random = new RandomSequence(seed, "test");
        const top = Math.ceil(Math.log2(shardCount));
        let parts: PartialSums<Float32Array> = new Map();
        let root: Float32Array | null = null;
        for (const group of shuffle(cut(shardCount, random), random)) {
          expect(root).toBeNull();
          const sum = sumByDefinition(firstShard(group), group.level, shardCount);
          ({ parts, root } = addToTree(parts, group, sum, shardCount, addVectors));
        }
        expect(root).toEqual(sumByDefinition(0, top, shardCount));
      }),
    );
  });

  test("keeps at most one waiting part for each level and worker boundary", () => {
    let parts: PartialSums<Float32Array> = new Map();
    for (let shard = 0; shard < 7; shard++) {
      ({ parts } = addToTree(parts, { level: 0, index: shard }, leaf(shard), 8, addVectors));
      expect(parts.size).toBeLessThanOrEqual(3);
    }
  });

  test("asserts that no group is added twice", () => {
    const { parts } = addToTree(new Map(), { level: 0, index: 1 }, leaf(1), 4, addVectors);
    expect(() => addToTree(parts, { level: 0, index: 1 }, leaf(1), 4, addVectors)).toThrow("added once");
  });
});

describe("findFreeGroup", () => {
  test.each([
    // shards wanted, shards in the batch, taken ones, first shard and size of the group expected
    [8, 8, [], 0, 8],
    [7, 8, [], 0, 4],
    [4, 8, [0], 4, 4],
    [2, 8, [0, 5], 2, 2],
    [1, 8, [0], 1, 1],
    [5, 5, [], 0, 5],
    [4, 5, [2], 0, 2],
    [3, 3, [0, 1], 2, 1],
  ])("of at most %i of %i shards without %j starts at %i and has %i", (wanted, count, taken, first, size) => {
    const group = findFreeGroup(wanted, count, (shard) => !taken.includes(shard)) as Group;
    expect([firstShard(group), endShard(group, count) - firstShard(group)]).toEqual([first, size]);
  });

  test("is null when nothing is free", () => {
    expect(findFreeGroup(4, 4, () => false)).toBeNull();
  });
});

describe("addUp", () => {
  test("gives the same bits for every order of arrival, whatever is missing", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { minLength: 1 }), fc.nat(), (shards, seed) => {
        const added = (order: readonly number[]) => {
          let parts: PartialSums<Float32Array> = new Map();
          for (const index of order) ({ parts } = addToTree(parts, { level: 0, index }, leaf(index), 128, addVectors));
          return addUp(parts, addVectors);
        };
        const sum = added(shards.toSorted((a, b) => a - b));
        expect(added(shuffle(shards, new RandomSequence(seed, "test")))).toEqual(sum);
        expect(sum?.[0]).toBeCloseTo(
          shards.reduce((total, shard) => total + (leaf(shard)[0] as number), 0),
          -1,
        );
      }),
    );
  });

  test("of nothing is null", () => {
    expect(addUp(new Map(), addVectors)).toBeNull();
  });
});
