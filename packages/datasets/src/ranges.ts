/**
 * How an epoch's order is cut into batches, and a batch into shards. Nothing is dropped: the last batch of an epoch
 * and the last shard of a batch may be shorter.
 */
import { assert } from "@convoy/foundation";

/** Positions from `start` up to, but without, `end`. */
export interface PositionRange {
  readonly start: number;
  readonly end: number;
}

/** Consecutive samples of a batch's order that are summed as one leaf of the tree of additions. */
export const SHARD_SIZE = 8;

/** The number of batches in an epoch over `count` samples. */
export function batchCount(count: number, batchSize: number): number {
  return pieceCount(count, batchSize);
}

/** Where batch `batch` (from 0) lies in the order of an epoch over `count` samples. */
export function batchRange(batch: number, batchSize: number, count: number): PositionRange {
  return pieceRange(batch, batchSize, count);
}

/** The number of shards in a batch of `sampleCount` samples. */
export function shardCount(sampleCount: number): number {
  return pieceCount(sampleCount, SHARD_SIZE);
}

/** Where shard `shard` (from 0) lies in a batch of `sampleCount` samples. */
export function shardRange(shard: number, sampleCount: number): PositionRange {
  return pieceRange(shard, SHARD_SIZE, sampleCount);
}

function pieceCount(length: number, pieceSize: number): number {
  assert(Number.isInteger(length) && length >= 0, `a number of samples is a whole number from 0, not ${length}`);
  assert(Number.isInteger(pieceSize) && pieceSize > 0, `a size is a whole number from 1, not ${pieceSize}`);
  return Math.ceil(length / pieceSize);
}

function pieceRange(piece: number, pieceSize: number, length: number): PositionRange {
  const count = pieceCount(length, pieceSize);
  assert(Number.isInteger(piece) && piece >= 0 && piece < count, `${piece} is not among the ${count} pieces`);
  return { start: piece * pieceSize, end: Math.min((piece + 1) * pieceSize, length) };
}
