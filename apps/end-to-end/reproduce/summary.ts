/** Several seeds of the same training, epoch by epoch. */
import type { Epoch } from "./results.ts";

export interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export interface EpochSummary {
  readonly epoch: number;
  readonly loss: Spread;
  readonly trainingAccuracy: Spread;
  readonly testAccuracy: Spread;
  readonly seconds: Spread;
}

/** Of the epochs that every seed has. A loss that is no number makes the mean none. */
export function summarize(seeds: readonly { readonly epochs: readonly Epoch[] }[]): EpochSummary[] {
  if (seeds.length === 0) return [];
  const count = Math.min(...seeds.map(({ epochs }) => epochs.length));
  return Array.from({ length: count }, (_, index) => {
    const epochs = seeds.map(({ epochs }) => epochs[index] as Epoch);
    const spread = (pick: (epoch: Epoch) => number | null) =>
      spreadOf(epochs.map((epoch) => pick(epoch) ?? Number.NaN));
    return {
      epoch: index + 1,
      loss: spread(({ loss }) => loss),
      trainingAccuracy: spread(({ trainingAccuracy }) => trainingAccuracy),
      testAccuracy: spread(({ testAccuracy }) => testAccuracy),
      seconds: spread(({ seconds }) => seconds),
    };
  });
}

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, least: Math.min(...values), most: Math.max(...values) };
}
