import type { LossHistory } from "../connection/loss-history.ts";

/** Steps after which an old loss has lost most of its weight. */
const MEMORY_STEPS = 50;

/**
 * A running mean of the loss, one value for each bucket: exponential weights, corrected for the short beginning, so
 * that the first value is the first loss itself.
 */
export function smooth(history: LossHistory): number[] {
  const memory = Math.max(MEMORY_STEPS, 4 * history.width);
  const keep = Math.exp(-history.width / memory);
  let sum = 0;
  let weight = 0;
  return history.buckets.map((bucket) => {
    sum = keep * sum + (1 - keep) * (bucket.sum / bucket.count);
    weight = keep * weight + (1 - keep);
    return sum / weight;
  });
}
