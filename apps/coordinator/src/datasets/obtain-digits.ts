import { createHash } from "node:crypto";
import { join } from "node:path";
import { builtInDigits, type Dataset, drawBuiltInDigits, MNIST_SAMPLE_SHAPE, type SampleSet } from "@convoy/datasets";
import { readFromCache, storeInCache } from "./dataset-cache.ts";
import type { PublishedFile } from "./dataset-format.ts";
import type { ReportProgress } from "./dataset-progress.ts";

/** The built-in digits as a file: pixels and labels of the training set, then of the test set. */
export const drawnDigits: PublishedFile = {
  name: "built-in-digits",
  byteCount: 54_950_000,
  sha256: "88304b6694952fd26762996ac168409fdf80e73540e7da83916827a55ef09182",
};

const COUNTS = [60_000, 10_000] as const;
const [height, width, channels] = MNIST_SAMPLE_SHAPE;
const PIXELS = height * width * channels;

/** The built-in digits, drawn the first time and kept: drawing takes seconds, for which workers would have to wait. */
export async function obtainDigits(
  cacheDir: string,
  onProgress: ReportProgress,
  draw: () => Dataset = drawBuiltInDigits,
): Promise<Dataset> {
  const folder = join(cacheDir, "digits");
  const kept = await readFromCache(folder, drawnDigits, onProgress);
  if (kept !== undefined) return digitsIn(kept.bytes);
  const dataset = draw();
  const bytes = Buffer.concat([dataset.train, dataset.test].flatMap(({ pixels, labels }) => [pixels, labels]));
  // Where an engine's logarithm rounded differently, these would be others; then they are drawn each time.
  const areTheSame = createHash("sha256").update(bytes).digest("hex") === drawnDigits.sha256;
  if (areTheSame) await storeInCache(folder, drawnDigits, bytes, onProgress);
  return dataset;
}

function digitsIn(bytes: Uint8Array): Dataset {
  let place = 0;
  const take = (length: number) => {
    place += length;
    return bytes.subarray(place - length, place);
  };
  const sets = COUNTS.map((count): SampleSet => ({ count, pixels: take(count * PIXELS), labels: take(count) }));
  return builtInDigits(...(sets as [SampleSet, SampleSet]));
}
