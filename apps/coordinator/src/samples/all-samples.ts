import type { Dataset } from "@convoy/datasets";
import { limits } from "@convoy/protocol";

export type Samples = Pick<Dataset, "train" | "test">;

/** What is at `allSamplesPath`, one behind the other. */
export function partsOfAll({ train, test }: Samples): readonly Uint8Array[] {
  return [train.labels, test.labels, train.pixels, test.pixels];
}

export function bytesOfAll(samples: Samples): number {
  return partsOfAll(samples).reduce((sum, { length }) => sum + length, 0);
}

/** Whether a worker can keep all of them. */
export function canBeKept(samples: Samples): boolean {
  return bytesOfAll(samples) <= limits.cacheBytes;
}
