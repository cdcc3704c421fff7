import type { Split } from "@convoy/protocol";
import type { RunInHand } from "./run-in-hand.ts";

type KnownSamples = Pick<RunInHand, "cache" | "sampleBytes" | "trainCount" | "recipe">;

/** Puts the bytes of `allSamplesPath` into the cache, sample by sample, in whatever pieces they come. */
export class SampleStream {
  readonly #known: KnownSamples;
  readonly #labels: Uint8Array;
  #labelsHere = 0;
  /** Of the sample whose beginning is there, its pixels. */
  readonly #begun: Uint8Array;
  #begunBytes = 0;
  #samples = 0;

  constructor(known: KnownSamples, testCount: number) {
    this.#known = known;
    this.#labels = new Uint8Array(known.trainCount + testCount);
    this.#begun = new Uint8Array(known.sampleBytes);
  }

  take(piece: Uint8Array): void {
    const { sampleBytes } = this.#known;
    let rest = this.#takeLabels(piece);
    if (this.#begunBytes > 0) rest = this.#goOn(rest);
    let at = 0;
    for (; at + sampleBytes <= rest.length; at += sampleBytes) this.#store(rest.subarray(at, at + sampleBytes));
    if (at < rest.length) this.#goOn(rest.subarray(at));
  }

  /** Returns what is behind the labels. */
  #takeLabels(piece: Uint8Array): Uint8Array {
    const labels = piece.subarray(0, this.#labels.length - this.#labelsHere);
    this.#labels.set(labels, this.#labelsHere);
    this.#labelsHere += labels.length;
    return piece.subarray(labels.length);
  }

  /** Returns what is behind the sample that was begun. */
  #goOn(piece: Uint8Array): Uint8Array {
    const part = piece.subarray(0, this.#begun.length - this.#begunBytes);
    this.#begun.set(part, this.#begunBytes);
    this.#begunBytes += part.length;
    if (this.#begunBytes === this.#begun.length) {
      this.#store(this.#begun);
      this.#begunBytes = 0;
    }
    return piece.subarray(part.length);
  }

  /** What the network has no class for, or is one too many, is left out. */
  #store(pixels: Uint8Array): void {
    const { cache, trainCount, recipe } = this.#known;
    const position = this.#samples++;
    const label = this.#labels[position];
    if (label === undefined || label >= recipe.model.classCount) return;
    const [split, sample]: [Split, number] =
      position < trainCount ? ["train", position] : ["test", position - trainCount];
    cache.store(split, sample, pixels, label);
  }
}
