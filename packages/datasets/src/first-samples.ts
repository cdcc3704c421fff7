import type { Dataset, SampleSet } from "./dataset.ts";
import { DatasetError } from "./dataset-error.ts";

export interface SampleCounts {
  /** Undefined: all of them. */
  readonly train: number | undefined;
  readonly test: number | undefined;
}

/**
 * The dataset with its first samples alone, and a title that says so. The bytes are shared.
 * @throws DatasetError where it has fewer.
 */
export function firstSamples(dataset: Dataset, { train, test }: SampleCounts): Dataset {
  if (train === undefined && test === undefined) return dataset;
  const parts = [
    ...(train === undefined ? [] : [`${train.toLocaleString("en-US")} to train`]),
    ...(test === undefined ? [] : [`${test.toLocaleString("en-US")} to test`]),
  ];
  return {
    ...dataset,
    title: `${dataset.title}, the first ${parts.join(" and ")}`,
    train: cut(dataset, dataset.train, train, "train"),
    test: cut(dataset, dataset.test, test, "test"),
  };
}

function cut({ title, sampleShape }: Dataset, samples: SampleSet, count = samples.count, purpose: string): SampleSet {
  if (count > samples.count) {
    throw new DatasetError(`${title} has ${samples.count} samples to ${purpose}, fewer than the ${count} asked for.`);
  }
  const [height, width, channels] = sampleShape;
  const { pixels, labels } = samples;
  return { count, pixels: pixels.subarray(0, count * height * width * channels), labels: labels.subarray(0, count) };
}
