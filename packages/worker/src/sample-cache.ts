import { assert } from "@convoy/foundation";
import { elementCount, imageShapeFor, type Recipe } from "@convoy/models";
import { limits, type Split } from "@convoy/protocol";

const SLAB_SAMPLES = 1024;

/**
 * Samples that came over the wire once, up to a number of bytes; the oldest make room. Memory is taken in slabs as
 * samples come, so a small dataset costs little.
 */
export class SampleCache {
  readonly #sampleBytes: number;
  readonly #capacity: number;
  readonly #slabs: Uint8Array[] = [];
  /** Of each sample's key, the oldest first. */
  readonly #slotOf = new Map<number, number>();

  /** `sampleBytes`: height × width × channels. */
  constructor(sampleBytes: number, bytesMax: number = limits.cacheBytes) {
    assert(sampleBytes > 0, "a sample has pixels");
    this.#sampleBytes = sampleBytes;
    this.#capacity = Math.max(1, Math.floor(bytesMax / (sampleBytes + 1)));
  }

  get count(): number {
    return this.#slotOf.size;
  }

  /** Samples for which there is room. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Whether it is here; if so, it counts as new: all that came before make room first. */
  keep(split: Split, sample: number): boolean {
    const key = keyOf(split, sample);
    const slot = this.#slotOf.get(key);
    if (slot === undefined) return false;
    this.#slotOf.delete(key);
    this.#slotOf.set(key, slot);
    return true;
  }

  /** Copies a sample's pixels to `pixels`, from `start` on, and returns its label; or returns null when it is not here. */
  read(split: Split, sample: number, pixels: Uint8Array, start = 0): number | null {
    const slot = this.#slotOf.get(keyOf(split, sample));
    if (slot === undefined) return null;
    const slab = this.#slab(slot);
    const place = this.#startOf(slot);
    const end = place + this.#sampleBytes;
    pixels.set(slab.subarray(place, end), start);
    return slab[end] as number;
  }

  store(split: Split, sample: number, pixels: Uint8Array, label: number): void {
    assert(pixels.length === this.#sampleBytes, "a sample has as many bytes as the first");
    const key = keyOf(split, sample);
    const slot = this.#slotOf.get(key) ?? this.#slotForOneMore();
    this.#slotOf.delete(key);
    this.#slotOf.set(key, slot);
    const slab = this.#slab(slot);
    const place = this.#startOf(slot);
    slab.set(pixels, place);
    slab[place + this.#sampleBytes] = label;
  }

  #slotForOneMore(): number {
    if (this.#slotOf.size < this.#capacity) return this.#slotOf.size;
    const [oldest] = this.#slotOf;
    assert(oldest !== undefined, "there is room for a sample at least");
    this.#slotOf.delete(oldest[0]);
    return oldest[1];
  }

  /** The memory in which a slot lies. */
  #slab(slot: number): Uint8Array {
    const number = Math.floor(slot / SLAB_SAMPLES);
    let slab = this.#slabs[number];
    if (slab === undefined) {
      slab = new Uint8Array(Math.min(SLAB_SAMPLES, this.#capacity - number * SLAB_SAMPLES) * (this.#sampleBytes + 1));
      this.#slabs[number] = slab;
    }
    return slab;
  }

  #startOf(slot: number): number {
    return (slot % SLAB_SAMPLES) * (this.#sampleBytes + 1);
  }
}

function keyOf(split: Split, sample: number): number {
  return 2 * sample + (split === "train" ? 0 : 1);
}

/** Of a picture as the dataset has it, which may be smaller or larger than the network's input. */
export function sampleBytesOf({ preprocessing, model }: Recipe): number {
  return elementCount(imageShapeFor(preprocessing, model.inputShape));
}
