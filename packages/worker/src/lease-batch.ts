import type { Batch } from "@convoy/engine";
import type { LeaseMessage } from "@convoy/protocol";
import type { SampleCache } from "./sample-cache.ts";

/** The pixels and labels of one lease, filled from the cache first and from the coordinator's answer then. */
export class LeaseBatch {
  readonly lease: LeaseMessage;
  readonly cameAt = performance.now();
  readonly batch: Batch;
  readonly #sampleBytes: number;
  /** Sample → its place in the batch, for those that are still missing. */
  readonly #missing = new Map<number, number>();
  /** Samples for later that are missing. */
  readonly #ahead: Set<number>;

  /** `samples`: those that the lease names, in their order. `pixels`: room for theirs. */
  constructor(
    lease: LeaseMessage,
    sampleBytes: number,
    cache: SampleCache,
    samples: Uint32Array = Uint32Array.from(lease.samples),
    pixels: Uint8Array = new Uint8Array(samples.length * sampleBytes),
  ) {
    this.lease = lease;
    this.#sampleBytes = sampleBytes;
    this.batch = fillBatch(lease, samples, pixels, cache, (sample, place) => this.#missing.set(sample, place));
    this.#ahead = new Set(lease.ahead.filter((sample) => !cache.keep(lease.split, sample)));
  }

  get missing(): number[] {
    return [...this.#missing.keys()];
  }

  /** Of the samples that the lease names for later, those that the cache does not have. */
  get ahead(): number[] {
    return [...this.#ahead];
  }

  /** So many of these, at most, are for later too. Returns those that the cache does not have and that were not asked for yet. */
  expect(samples: Uint32Array, most: number, cache: SampleCache): number[] {
    const lacking = [...samples].filter(
      (sample) => !cache.keep(this.lease.split, sample) && !this.#missing.has(sample) && !this.#ahead.has(sample),
    );
    const expected = lacking.slice(0, most);
    for (const sample of expected) this.#ahead.add(sample);
    return expected;
  }

  /** Takes what arrived, and keeps it in the cache. Bytes that do not fit the request are left out and stay missing. */
  fill(
    samples: readonly number[],
    pixels: Uint8Array,
    labels: Uint8Array,
    cache: SampleCache,
    classCount: number,
  ): void {
    if (labels.length !== samples.length || pixels.length !== samples.length * this.#sampleBytes) return;
    samples.forEach((sample, i) => {
      const place = this.#missing.get(sample);
      const label = labels[i] as number;
      if ((place === undefined && !this.#ahead.has(sample)) || label >= classCount) return;
      const bytes = pixels.subarray(i * this.#sampleBytes, (i + 1) * this.#sampleBytes);
      if (place !== undefined) {
        this.batch.pixels.set(bytes, place * this.#sampleBytes);
        this.batch.labels[place] = label;
      }
      this.#missing.delete(sample);
      this.#ahead.delete(sample);
      cache.store(this.lease.split, sample, bytes, label);
    });
  }
}

/** These samples as a batch of the lease's kind, in `pixels`; null when the cache does not have all of them. */
export function readBatch(lease: Drawn, samples: Uint32Array, pixels: Uint8Array, cache: SampleCache): Batch | null {
  let isWhole = true;
  const batch = fillBatch(lease, samples, pixels, cache, () => {
    isWhole = false;
  });
  return isWhole ? batch : null;
}

type Drawn = Pick<LeaseMessage, "draws" | "split">;

function fillBatch(
  { draws, split }: Drawn,
  samples: Uint32Array,
  pixels: Uint8Array,
  cache: SampleCache,
  onMissing: (sample: number, place: number) => void,
): Batch {
  const count = samples.length;
  const sampleBytes = pixels.length / count;
  const labels = new Uint8Array(count);
  samples.forEach((sample, place) => {
    const label = cache.read(split, sample, pixels, place * sampleBytes);
    if (label === null) onMissing(sample, place);
    else labels[place] = label;
  });
  return { count, pixels, labels, ...(draws && { draws: { ...draws, samples } }) };
}
