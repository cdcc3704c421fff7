import { type Dataset, gatherSamples } from "@convoy/datasets";
import type { Split, ToWorker } from "@convoy/protocol";
import { now } from "../run/now.ts";
import { CompressedSamples } from "./compressed-samples.ts";

/** So long the pass keeps all else waiting, and so long it rests after it. Milliseconds. */
const WORK_MS = 2;
const REST_MS = 2;

export type SampleBytes = Pick<Extract<ToWorker, { type: "samples" }>, "compression" | "pixels" | "labels">;

/** Where samples come from that workers ask for. */
export interface SampleSource {
  /** Somebody has come for whom it may be worth it: begins to compress, the first time, in the order of an epoch. */
  compressAlong(order: Uint32Array): void;
  /** `isNear`: what travels costs nothing. */
  take(split: Split, samples: readonly number[], isNear: boolean): SampleBytes;
  close(): void;
}

/**
 * What workers are sent of a dataset. Whether its pixels are worth compressing is decided once. A pass in the background compresses
 * those to train on, then those to test with; until it has come by, they go as they are, since no round is to wait for it.
 */
export class ServedSamples implements SampleSource {
  readonly #dataset: Dataset;
  /** Null until somebody is there who is worth it, or where it saves too little. */
  #compressed: Record<Split, CompressedSamples> | null = null;
  #isDecided = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  compressAlong(order: Uint32Array): void {
    if (this.#isDecided) return;
    this.#isDecided = true;
    const { train, test } = this.#dataset;
    const compressed = { train: new CompressedSamples(train), test: new CompressedSamples(test) };
    if (!compressed.train.isWorthwhile()) return;
    this.#compressed = compressed;
    this.#pass(compressed, order, 0);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  take(split: Split, samples: readonly number[], isNear: boolean): SampleBytes {
    const set = this.#dataset[split];
    const stream = isNear ? null : (this.#compressed?.[split].gather(samples) ?? null);
    if (stream === null) return { compression: "none", ...gatherSamples(set, samples) };
    const labels = Uint8Array.from(samples, (sample) => set.labels[sample] as number);
    return { compression: "deflate", pixels: stream, labels };
  }

  #pass({ train, test }: Record<Split, CompressedSamples>, order: Uint32Array, from: number): void {
    const count = order.length + this.#dataset.test.count;
    const until = now() + WORK_MS;
    let at = from;
    for (; at < count && now() < until; at++) {
      if (at < order.length) train.compress(order[at] as number);
      else test.compress(at - order.length);
    }
    if (at === count) return;
    this.#timer = setTimeout(() => this.#pass({ train, test }, order, at), REST_MS);
    this.#timer.unref();
  }
}
