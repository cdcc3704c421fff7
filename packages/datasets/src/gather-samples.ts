import { assert } from "@convoy/foundation";
import type { SampleSet } from "./dataset.ts";

/** Both arrays are views of one buffer, the labels right behind the pixels: never send `.buffer` in their place. */
export interface GatheredSamples {
  /** indices.length × height × width × channels. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** The pixels of one sample, height × width × channels; null where the set has none at that position. */
export function picture({ count, pixels }: SampleSet, position: number): Uint8Array | null {
  if (!Number.isInteger(position) || position < 0 || position >= count) return null;
  const length = pixels.length / count;
  return pixels.subarray(position * length, (position + 1) * length);
}

/**
 * Copies the samples at `indices`, in their order, repeats allowed. Indices that come from a peer must be checked
 * before: one outside the set is a programmer error here.
 */
export function gatherSamples(samples: SampleSet, indices: ArrayLike<number>): GatheredSamples {
  const sampleLength = samples.pixels.length / samples.count;
  const pixelCount = indices.length * sampleLength;
  const bytes = new Uint8Array(pixelCount + indices.length);
  for (let position = 0; position < indices.length; position++) {
    const index = indices[position] as number;
    assert(
      Number.isInteger(index) && index >= 0 && index < samples.count,
      `sample ${index} is not among ${samples.count}`,
    );
    const start = index * sampleLength;
    bytes.set(samples.pixels.subarray(start, start + sampleLength), position * sampleLength);
    bytes[pixelCount + position] = samples.labels[index] as number;
  }
  return { pixels: bytes.subarray(0, pixelCount), labels: bytes.subarray(pixelCount) };
}
