/** All samples of a run as they are had over HTTP, by workers on the coordinator's own machine. */

/**
 * Below the coordinator's origin. What is there: a byte for the label of each sample to train on, then of each to test with, then
 * their pixels in the same order.
 */
export function allSamplesPath(run: string): string {
  return `/api/run/samples/${run}`;
}

/** So many bytes are there. `sampleBytes`: pixels of one sample. */
export function allSamplesBytes(sampleCount: number, sampleBytes: number): number {
  return sampleCount * (1 + sampleBytes);
}
