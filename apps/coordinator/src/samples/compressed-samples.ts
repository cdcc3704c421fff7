import { constants, deflateRawSync } from "node:zlib";
import { picture, type SampleSet } from "@convoy/datasets";
import { assert } from "@convoy/foundation";

const SLAB_BYTES = 1024 * 1024;

/** Compressed to decide whether that saves enough to be worth a worker's while. */
const TRIAL_SAMPLES = 128;
const WORTHWHILE_SHARE = 0.75;

/** The block of raw deflate that ends a stream, and holds nothing. */
const END = Uint8Array.of(3, 0);

/**
 * Pixels of a set of samples, each compressed once and kept. After every sample deflate (RFC 1951) is brought to the end of a
 * byte and forgets what came before (`Z_FULL_FLUSH`): so any samples one behind the other, and an end, are one valid stream.
 */
export class CompressedSamples {
  readonly #set: SampleSet;
  readonly #windowBits: number;
  readonly #slabs: Uint8Array[] = [];
  /** Of each sample: where it lies, counted through all slabs, and how long it is; no length before it is compressed. */
  readonly #starts: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #slabBytes: number;
  #end = 0;

  constructor(set: SampleSet) {
    this.#set = set;
    const sampleBytes = set.pixels.length / set.count;
    // What came before a sample is no use to it, so no longer a memory is needed.
    this.#windowBits = Math.min(15, Math.max(9, Math.ceil(Math.log2(sampleBytes))));
    this.#slabBytes = Math.max(SLAB_BYTES, 16 * sampleBytes);
    this.#starts = new Float64Array(set.count);
    this.#lengths = new Uint32Array(set.count);
  }

  /** Memory taken. What cannot be compressed grows by a few bytes, so it is hardly more than the pixels themselves take. */
  get bytes(): number {
    return this.#slabs.length * this.#slabBytes;
  }

  has(sample: number): boolean {
    return (this.#lengths[sample] as number) > 0;
  }

  /** Does nothing for a sample that is compressed already. */
  compress(sample: number): void {
    if (this.has(sample)) return;
    const piece = this.#piece(sample);
    let slab = this.#slabs[Math.floor(this.#end / this.#slabBytes)];
    let place = this.#end % this.#slabBytes;
    if (slab === undefined || place + piece.length > this.#slabBytes) {
      slab = new Uint8Array(this.#slabBytes);
      place = 0;
      this.#end = this.#slabs.length * this.#slabBytes;
      this.#slabs.push(slab);
    }
    slab.set(piece, place);
    this.#starts[sample] = this.#end;
    this.#lengths[sample] = piece.length;
    this.#end += piece.length;
  }

  /** One stream with the pixels of all of them, in their order; null where one is not compressed yet. */
  gather(samples: readonly number[]): Uint8Array | null {
    let length = END.length;
    for (const sample of samples) {
      if (!this.has(sample)) return null;
      length += this.#lengths[sample] as number;
    }
    const stream = new Uint8Array(length);
    let at = 0;
    for (const sample of samples) {
      const start = this.#starts[sample] as number;
      const place = start % this.#slabBytes;
      const slab = this.#slabs[Math.floor(start / this.#slabBytes)] as Uint8Array;
      stream.set(slab.subarray(place, place + (this.#lengths[sample] as number)), at);
      at += this.#lengths[sample] as number;
    }
    stream.set(END, at);
    return stream;
  }

  /** Tries some samples from all over the set: pictures of handwriting become a quarter, photographs hardly smaller. */
  isWorthwhile(): boolean {
    const { count, pixels } = this.#set;
    const tried = Math.min(count, TRIAL_SAMPLES);
    let length = 0;
    for (let i = 0; i < tried; i++) length += this.#piece(Math.floor((i * count) / tried)).length;
    return length <= WORTHWHILE_SHARE * tried * (pixels.length / count);
  }

  #piece(sample: number): Uint8Array {
    const pixels = picture(this.#set, sample);
    assert(pixels !== null, `sample ${sample} is not among ${this.#set.count}`);
    return deflateRawSync(pixels, { finishFlush: constants.Z_FULL_FLUSH, windowBits: this.#windowBits });
  }
}
