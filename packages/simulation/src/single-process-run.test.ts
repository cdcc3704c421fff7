import { SHARD_SIZE } from "@convoy/datasets";
import { addToTree, endShard, findFreeGroup, firstShard } from "@convoy/gradients";
import { addVectors } from "@convoy/vectors";
import { expect, test } from "vitest";
import { SingleProcessRun } from "./single-process-run.ts";
import { tinyTraining, trainingShapes } from "./tiny-training.ts";

test.each([1, 2, 3, 7])("the sum of a batch is the same whichever groups of %i shards it is computed in", (most) => {
  for (let shape = 0; shape < trainingShapes; shape++) {
    const run = new SingleProcessRun(tinyTraining(shape, 3));
    const batch = run.batch(0);
    const shards = Math.ceil(batch.length / SHARD_SIZE);
    const open = new Set(Array.from({ length: shards }, (_, shard) => shard));
    let parts: ReadonlyMap<string, Float32Array> = new Map();
    let root: Float32Array | null = null;
    for (let group = findFreeGroup(most, shards, (shard) => open.has(shard)); group !== null; ) {
      const [first, end] = [firstShard(group), endShard(group, shards)];
      for (let shard = first; shard < end; shard++) open.delete(shard);
      const { gradient } = run.sum("train", 0, batch.subarray(first * SHARD_SIZE, end * SHARD_SIZE));
      ({ parts, root } = addToTree(parts, group, (gradient as Float32Array).slice(), shards, addVectors));
      group = findFreeGroup(most, shards, (shard) => open.has(shard));
    }
    expect(root).toEqual(run.sum("train", 0, batch).gradient);
  }
});

test("the training learns, and every version has parameters of its own", () => {
  const run = new SingleProcessRun(tinyTraining(0, 60));
  expect(run.steps).toBe(60);
  expect(run.stepLoss(60)).toBeLessThan(run.stepLoss(1));
  expect(run.parameters(60)).not.toEqual(run.parameters(59));
  expect(run.parameters(3)).toBe(run.parameters(3));
});
