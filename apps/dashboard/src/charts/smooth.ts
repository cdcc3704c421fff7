import type { LossHistory } from "../connection/loss-history.ts";

/** How far the mean reaches to each side: in steps, and at least in buckets. */
const REACH_STEPS = 25;
const LEAST_BUCKETS = 4;
/** At both ends the mean reaches at least this share of it to the side that exists. */
const END_SHARE = 0.25;

/**
 * The smoothed loss, one value for each bucket: the mean over its neighbors on both sides. Unlike a mean over the past
 * it does not lag behind a falling loss; towards both ends it reaches less far, so that it stays in the middle.
 */
export function smooth({ width, buckets }: LossHistory): number[] {
  const reach = Math.max(LEAST_BUCKETS, Math.round(REACH_STEPS / width));
  const last = buckets.length - 1;
  const sums = [0];
  const counts = [0];
  for (const [i, bucket] of buckets.entries()) {
    sums.push((sums[i] as number) + bucket.sum);
    counts.push((counts[i] as number) + bucket.count);
  }
  return buckets.map((_, i) => {
    const radius = Math.max(Math.round(reach * END_SHARE), Math.min(reach, i, last - i));
    const from = Math.max(0, i - radius);
    const to = Math.min(last, i + radius) + 1;
    return ((sums[to] as number) - (sums[from] as number)) / ((counts[to] as number) - (counts[from] as number));
  });
}
