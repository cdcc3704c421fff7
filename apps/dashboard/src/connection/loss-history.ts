import type { LossPoint } from "@convoy/protocol";

/** Consecutive steps drawn as one point. */
export interface LossBucket {
  /** Index of the bucket: steps from `index × width + 1` to `(index + 1) × width`. */
  readonly index: number;
  /** The last step seen in it. */
  readonly step: number;
  readonly count: number;
  readonly sum: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * The loss of every step so far in a bounded number of points. Steps share a bucket of `width` steps, a power of two
 * that doubles when the buckets become too many; lowest and highest stay, so no spike is lost.
 */
export interface LossHistory {
  readonly width: number;
  readonly buckets: readonly LossBucket[];
}

/** More points than this cannot be told apart on a screen. */
export const LOSS_BUCKETS = 1500;

export const noLosses: LossHistory = { width: 1, buckets: [] };

/** The history with newer points. Points that are not newer than the last one are left out: they are known. */
export function withLosses(history: LossHistory, points: readonly LossPoint[]): LossHistory {
  if (points.length === 0) return history;
  let width = history.width;
  while (lastStep(history, points) > width * LOSS_BUCKETS) width *= 2;
  const buckets = width === history.width ? [...history.buckets] : widened(history, width);
  for (const point of points) {
    const last = buckets.at(-1);
    if (last !== undefined && point.step <= last.step) continue;
    append(buckets, bucketOf(point, width));
  }
  return { width, buckets };
}

function lastStep(history: LossHistory, points: readonly LossPoint[]): number {
  return Math.max(history.buckets.at(-1)?.step ?? 0, points.at(-1)?.step ?? 0);
}

function widened(history: LossHistory, width: number): LossBucket[] {
  const buckets: LossBucket[] = [];
  for (const bucket of history.buckets) append(buckets, { ...bucket, index: indexOf(bucket.step, width) });
  return buckets;
}

function bucketOf(point: LossPoint, width: number): LossBucket {
  const { step, loss } = point;
  return { index: indexOf(step, width), step, count: 1, sum: loss, lowest: loss, highest: loss };
}

function indexOf(step: number, width: number): number {
  return Math.floor((step - 1) / width);
}

function append(buckets: LossBucket[], bucket: LossBucket): void {
  const last = buckets.at(-1);
  if (last === undefined || last.index !== bucket.index) {
    buckets.push(bucket);
    return;
  }
  buckets[buckets.length - 1] = {
    index: last.index,
    step: bucket.step,
    count: last.count + bucket.count,
    sum: last.sum + bucket.sum,
    lowest: Math.min(last.lowest, bucket.lowest),
    highest: Math.max(last.highest, bucket.highest),
  };
}
