/**
 * CIFAR-10's "binary version" (Krizhevsky, "Learning multiple layers of features from tiny images", 2009): records of
 * one byte for the label and 3072 for the picture, its red, then its green, then its blue plane, each row by row.
 */
import type { Dataset, SampleSet } from "./dataset.ts";
import { DatasetError } from "./dataset-error.ts";
import type { NamedBytes } from "./named-bytes.ts";

export interface Cifar10Files {
  /** One set, in this order. */
  readonly trainBatches: readonly NamedBytes[];
  readonly testBatch: NamedBytes;
}

/** Height, width and channels (red, green, blue) of a sample. */
const CIFAR10_SAMPLE_SHAPE = [32, 32, 3] as const;

const CLASS_NAMES: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

const PLANE = 32 * 32;
const PICTURE = 3 * PLANE;
const RECORD = 1 + PICTURE;

/** CIFAR-10 from its batches, their pictures put into our order. @throws DatasetError naming the file. */
export function cifar10FromBinary({ trainBatches, testBatch }: Cifar10Files): Dataset {
  return {
    name: "cifar10",
    title: "CIFAR-10",
    builtIn: false,
    classNames: CLASS_NAMES,
    sampleShape: CIFAR10_SAMPLE_SHAPE,
    train: decodeCifar10Batches(trainBatches),
    test: decodeCifar10Batches([testBatch]),
  };
}

/** The records of all files as one set. */
export function decodeCifar10Batches(files: readonly NamedBytes[]): SampleSet {
  const counts = files.map(recordCount);
  const count = counts.reduce((sum, each) => sum + each, 0);
  const pixels = new Uint8Array(count * PICTURE);
  const labels = new Uint8Array(count);
  let sample = 0;
  files.forEach(({ bytes, name }, index) => {
    for (let record = 0; record < (counts[index] as number); record++, sample++) {
      labels[sample] = labelAt(bytes, record, name);
      interleave(bytes, record * RECORD + 1, pixels, sample * PICTURE);
    }
  });
  return { count, pixels, labels };
}

function recordCount({ bytes, name }: NamedBytes): number {
  if (bytes.length === 0) throw new DatasetError(`${name} is empty.`);
  const count = Math.floor(bytes.length / RECORD);
  const excess = bytes.length % RECORD;
  if (excess === 0) return count;
  throw new DatasetError(
    `${name} is not a batch of CIFAR-10: its records have ${RECORD} bytes, and its ${bytes.length} bytes are ` +
      `${excess} too many for ${count} of them, or ${RECORD - excess} too few for ${count + 1}.`,
  );
}

function labelAt(bytes: Uint8Array, record: number, name: string): number {
  const label = bytes[record * RECORD] as number;
  if (label < CLASS_NAMES.length) return label;
  throw new DatasetError(
    `${name} has the label ${label} at record ${record} (byte ${record * RECORD}); ` +
      `labels are from 0 to ${CLASS_NAMES.length - 1}.`,
  );
}

/** Three planes become height × width × channels. */
function interleave(from: Uint8Array, start: number, to: Uint8Array, end: number): void {
  for (let pixel = 0; pixel < PLANE; pixel++) {
    const target = end + 3 * pixel;
    to[target] = from[start + pixel] as number;
    to[target + 1] = from[start + PLANE + pixel] as number;
    to[target + 2] = from[start + 2 * PLANE + pixel] as number;
  }
}
