import type { LossHistory } from "../connection/loss-history.ts";

export interface LossRow {
  readonly step: number;
  readonly loss: number;
  readonly smoothed: number;
}

/** The curve as at most `count` rows, evenly spread from the first to the last: for those who cannot see it. */
export function lossRows(history: LossHistory, smoothed: readonly number[], count: number): LossRow[] {
  const { buckets } = history;
  const rows = Math.min(count, buckets.length);
  return Array.from({ length: rows }, (_, row) => {
    const index = rows === 1 ? 0 : Math.round((row * (buckets.length - 1)) / (rows - 1));
    const bucket = buckets[index] as (typeof buckets)[number];
    return { step: bucket.step, loss: bucket.sum / bucket.count, smoothed: smoothed[index] as number };
  });
}
