import { shardCount } from "@convoy/datasets";
import {
  type Batch,
  type BatchOutcome,
  concatenatePredictions,
  createReferenceEngine,
  type Engine,
} from "@convoy/engine";
import { createTfjsEngine } from "@convoy/engine-tfjs";
import { wasmDirectory } from "@convoy/engine-tfjs/wasm-directory";
import { RandomSequence } from "@convoy/foundation";
import { addToTree, endShard, findFreeGroup, firstShard, type Group, type PartialSums } from "@convoy/gradients";
import { addVectors } from "@convoy/vectors";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ShardByShardEngine } from "./shard-by-shard-engine.ts";
import { tinyLayout, tinyParameters, tinySample, tinyTask } from "./test-engines.ts";

const SHARD_SIZE = 8;

interface Sum extends BatchOutcome {
  readonly gradient: Float32Array;
}

/** Sample `n` of a batch is tiny sample `n`. */
function samples(start: number, end: number): Batch {
  const drawn = Array.from({ length: end - start }, (_, i) => tinySample(start + i));
  return {
    count: drawn.length,
    pixels: Uint8Array.from(drawn.flatMap(({ pixels }) => [...pixels])),
    labels: Uint8Array.from(drawn, ({ label }) => label),
  };
}

async function gradientOf(engine: Engine, batch: Batch): Promise<Sum> {
  const gradient = new Float32Array(tinyLayout.length).fill(Number.NaN);
  return { ...(await engine.computeGradient(batch, gradient)), gradient };
}

const addSums = (left: Sum, right: Sum): Sum => ({
  lossSum: left.lossSum + right.lossSum,
  correctCount: left.correctCount + right.correctCount,
  gradient: addVectors(left.gradient.slice(), right.gradient),
});

/** The specification: every shard by itself, halves added from the leaves up. */
async function sumByDefinition(engine: Engine, count: number, first = 0, size = 128): Promise<Sum> {
  if (size === 1) return gradientOf(engine, samples(first * SHARD_SIZE, Math.min((first + 1) * SHARD_SIZE, count)));
  const middle = first + size / 2;
  const left = await sumByDefinition(engine, count, first, size / 2);
  return middle < shardCount(count) ? addSums(left, await sumByDefinition(engine, count, middle, size / 2)) : left;
}

/** Aligned groups of random sizes, as leases are, in the order in which they happen to arrive. */
function cut(shards: number, random: RandomSequence): Group[] {
  const groups: { group: Group; arrival: number }[] = [];
  const taken = new Set<number>();
  while (taken.size < shards) {
    const group = findFreeGroup(1 + random.below(shards), shards, (shard) => !taken.has(shard)) as Group;
    for (let shard = firstShard(group); shard < endShard(group, shards); shard++) taken.add(shard);
    groups.push({ group, arrival: random.uint32() });
  }
  return groups.sort((a, b) => a.arrival - b.arrival).map(({ group }) => group);
}

/** What the coordinator arrives at when the groups of a batch are computed one by one. */
async function together(engine: Engine, count: number, random: RandomSequence): Promise<Sum> {
  const shards = shardCount(count);
  let parts: PartialSums<Sum> = new Map();
  let root: Sum | null = null;
  for (const group of cut(shards, random)) {
    const batch = samples(firstShard(group) * SHARD_SIZE, Math.min(endShard(group, shards) * SHARD_SIZE, count));
    ({ parts, root } = addToTree(parts, group, await gradientOf(engine, batch), shards, addSums));
  }
  return root as Sum;
}

const engines = {
  reference: await createReferenceEngine(tinyTask),
  "tfjs-wasm": await createTfjsEngine("wasm", { wasmPaths: wasmDirectory() })(tinyTask),
};
afterAll(() => {
  for (const engine of Object.values(engines)) engine.dispose();
});

describe.each(Object.entries(engines))("shard by shard, %s", (_, engine) => {
  const exact = new ShardByShardEngine(engine);
  engine.setParameters(tinyParameters());
  const counts = fc.integer({ min: 1, max: 200 });

  test("[E4] a lease gives the tree sum of its shards, bit for bit", async () => {
    await fc.assert(
      fc.asyncProperty(counts, async (count) => {
        expect(await gradientOf(exact, samples(0, count))).toEqual(await sumByDefinition(engine, count));
      }),
      { numRuns: 25 },
    );
  });

  test("[E4] however a batch is cut into leases, and in whatever order they arrive, its sum has the same bits", async () => {
    await fc.assert(
      fc.asyncProperty(counts, fc.nat(), async (count, seed) => {
        const alone = await gradientOf(exact, samples(0, count));
        expect(await together(exact, count, new RandomSequence(seed, "test"))).toEqual(alone);
      }),
      { numRuns: 25 },
    );
  });

  test("[E4] an evaluation gives the losses of its shards, added along the tree", async () => {
    for (const count of [1, 8, 11, 100, 200]) {
      const { lossSum, correctCount } = await sumByDefinition(engine, count);
      const evaluation = await exact.evaluate(samples(0, count));
      expect(evaluation).toMatchObject({ lossSum, correctCount });
      const shards = Array.from({ length: Math.ceil(count / 8) }, (_, i) =>
        engine.evaluate(samples(8 * i, Math.min(8 * i + 8, count))),
      );
      const parts = (await Promise.all(shards)).map(({ predictions }) => predictions);
      expect(evaluation.predictions).toEqual(concatenatePredictions(parts));
    }
  });
});

test("[E4] as one batch, a lease would have other bits", async () => {
  const engine = engines["tfjs-wasm"];
  const exact = await gradientOf(new ShardByShardEngine(engine), samples(0, 200));
  const atOnce = await gradientOf(engine, samples(0, 200));
  expect(atOnce.gradient).not.toEqual(exact.gradient);
  expect(atOnce.lossSum).toBeCloseTo(exact.lossSum, 4);
});

test("[E4] every shard draws by the positions of its own samples", async () => {
  const seen: unknown[] = [];
  const listening: Engine = {
    ...engines.reference,
    async computeGradient({ draws }, gradient) {
      seen.push({ ...draws, samples: [...(draws?.samples ?? [])] });
      gradient.fill(0);
      return { lossSum: 0, correctCount: 0 };
    },
  };
  const positions = Uint32Array.from({ length: 11 }, (_, i) => 100 - i);
  const draws = { seed: 7, epoch: 2, samples: positions };
  await gradientOf(new ShardByShardEngine(listening), { ...samples(0, 11), draws });
  expect(seen).toEqual([
    { seed: 7, epoch: 2, samples: [...positions.subarray(0, 8)] },
    { seed: 7, epoch: 2, samples: [...positions.subarray(8)] },
  ]);
});

test("holds as many vectors as the tree is high, and uses them again", async () => {
  const vectors = new Set<Float32Array>();
  const { identity } = engines.reference;
  const listening: Engine = {
    identity,
    setParameters: () => {},
    async computeGradient(_, gradient) {
      vectors.add(gradient);
      gradient.fill(1);
      return { lossSum: 1, correctCount: 1 };
    },
    evaluate: () => Promise.reject(new Error("nobody asks")),
    dispose: () => {},
  };
  const exact = new ShardByShardEngine(listening);
  const gradient = new Float32Array(3);
  for (let i = 0; i < 3; i++) {
    expect(await exact.computeGradient(samples(0, 128), gradient)).toEqual({ lossSum: 16, correctCount: 16 });
    expect([...gradient]).toEqual([16, 16, 16]);
  }
  // The one that was given, and one for each level of a tree over 16 shards.
  expect(vectors.size).toBe(1 + 4);
});
