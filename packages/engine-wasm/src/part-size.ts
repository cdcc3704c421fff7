import { compilePlan } from "@convoy/engine";
import type { ModelSpecification } from "@convoy/models";

/** What a core's second cache holds, about. */
const CACHE_BYTES = 1_000_000;
const MOST_SAMPLES = 64;

/**
 * How many samples are computed at a time: as many as the activations may take of the cache; or, where reading all
 * parameters again for each part would cost more, a quarter of what those take.
 */
export function partSize(model: ModelSpecification): number {
  const { arenaBytes, parameterCount } = compilePlan(model, { batchSize: MOST_SAMPLES });
  const affordable = Math.max(CACHE_BYTES, parameterCount) / (arenaBytes / MOST_SAMPLES);
  // Whole tiles of four rows.
  return Math.min(MOST_SAMPLES, Math.max(4, Math.floor(affordable / 4) * 4));
}
