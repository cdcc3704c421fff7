/** The samples of the lease in hand: what of them is there, and what came of those that were asked for. */
import type { HeadStart, WorkerEvent } from "@convoy/coordination";
import type { Batch } from "@convoy/engine";
import type { LeaseMessage, NextStretchMessage, ToWorker } from "@convoy/protocol";
import { InflateError, inflate } from "./inflate.ts";
import { LeaseBatch, readBatch } from "./lease-batch.ts";
import { PixelMemory } from "./pixel-memory.ts";
import type { RunInHand } from "./run-in-hand.ts";
import { SampleDownload } from "./sample-download.ts";

type SamplesMessage = Extract<ToWorker, { type: "samples" }>;

const unknownSamples = {
  type: "failed",
  sentence: "The coordinator named samples that the training set does not have.",
} as const;

export class SamplesInHand {
  readonly #handle: (event: WorkerEvent) => void;
  readonly #misunderstand: (sentence: string) => void;
  /** Of all at once. */
  readonly download = new SampleDownload();
  readonly #memory = new PixelMemory();
  #batch: LeaseBatch | null = null;

  constructor(handle: (event: WorkerEvent) => void, misunderstand: (sentence: string) => void) {
    this.#handle = handle;
    this.#misunderstand = misunderstand;
  }

  /** Of the newest lease; null before the first. */
  get batch(): LeaseBatch | null {
    return this.#batch;
  }

  prepare(message: LeaseMessage, { sampleBytes, requestSize, aheadSize, cache, orders }: RunInHand): void {
    const samples = orders.samplesOf(message);
    if (samples === null) {
      this.#handle(unknownSamples);
      return;
    }
    const pixels = this.#memory.take(samples.length * sampleBytes);
    this.#batch = new LeaseBatch(message, sampleBytes, cache, samples, pixels);
    const { missing, ahead } = this.#batch;
    this.#handle({ type: "leased", message, missing, ahead, requestSize, aheadSize });
  }

  /** What is for later is not to push out more than half of what is kept. */
  lookAhead(message: NextStretchMessage, { cache, orders, aheadSize }: RunInHand): void {
    const batch = this.#batch;
    if (batch?.lease.lease !== message.lease) return;
    const samples = orders.samplesOfNext(batch.lease, message);
    if (samples === null) {
      this.#handle(unknownSamples);
      return;
    }
    const ahead = batch.expect(samples, Math.floor(cache.capacity / 2), cache);
    this.#handle({ type: "announced", message, ahead, aheadSize });
  }

  /** Nobody computes on the batch any more. */
  release({ pixels }: Batch): void {
    this.#memory.giveBack(pixels);
  }

  /** Of an announced stretch, the samples from `start` to before `end`; null while they are not all here. */
  announced({ after, next }: HeadStart, { cache, orders, sampleBytes }: RunInHand) {
    const samples = orders.samplesOfNext(after, next);
    const { draws, split } = after;
    const drawn = { split, draws: draws && { ...draws, epoch: next.epoch } };
    return (start: number, end: number): Batch | null => {
      if (samples === null) return null;
      const pixels = this.#memory.take((end - start) * sampleBytes);
      const batch = readBatch(drawn, samples.subarray(start, end), pixels, cache);
      if (batch === null) this.#memory.giveBack(pixels);
      return batch;
    };
  }

  /** A promise where that takes time. Of what nobody waits for any more, nothing is inflated. */
  store(message: SamplesMessage, run: RunInHand): Promise<void> | null {
    const isWanted = this.#batch?.lease.lease === message.lease && message.samples.length <= run.requestSize;
    if (isWanted && message.compression === "deflate") return this.#inflate(message, run);
    if (isWanted) this.#fill(message, run);
    return null;
  }

  async #inflate(message: SamplesMessage, run: RunInHand): Promise<void> {
    try {
      const pixels = await inflate(message.pixels, message.samples.length * run.sampleBytes);
      this.#fill({ ...message, pixels }, run);
    } catch (error) {
      if (!(error instanceof InflateError)) throw error;
      this.#misunderstand(`Of a message "samples", the field "pixels" ${error.message}.`);
    }
  }

  #fill({ lease, samples, pixels, labels }: SamplesMessage, { cache, recipe }: RunInHand): void {
    const batch = this.#batch;
    if (batch?.lease.lease !== lease) return;
    batch.fill(samples, pixels, labels, cache, recipe.model.classCount);
    this.#handle({ type: "samples-stored", lease, missing: batch.missing });
  }
}
