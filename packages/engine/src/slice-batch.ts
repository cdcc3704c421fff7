import type { Batch } from "./engine.ts";

/** The samples from `start` to before `end` of a batch, as a batch: a view of the same bytes. */
export function sliceBatch(batch: Batch, start: number, end: number): Batch {
  const { draws } = batch;
  const sampleBytes = batch.pixels.length / batch.count;
  return {
    count: end - start,
    pixels: batch.pixels.subarray(start * sampleBytes, end * sampleBytes),
    labels: batch.labels.subarray(start, end),
    ...(draws && { draws: { ...draws, samples: draws.samples.subarray(start, end) } }),
  };
}
