import type { Preprocessing } from "@convoy/models";

/**
 * From bytes to the network's input: `(x / 255 − mean) / deviation`, channel by channel. Writes to `target`, which is
 * as long as `pixels`; each value is computed in double precision and rounded once.
 */
export function normalizePixels(
  preprocessing: Preprocessing,
  pixels: Uint8Array,
  target: Float32Array | Float64Array,
): void {
  const { mean, deviation } = preprocessing;
  const channels = mean.length;
  for (let i = 0; i < pixels.length; i++) {
    const channel = i % channels;
    target[i] = ((pixels[i] as number) / 255 - (mean[channel] as number)) / (deviation[channel] as number);
  }
}
