import { describe, expect, test } from "vitest";
import { SampleCache } from "./sample-cache.ts";
import { SampleStream } from "./sample-stream.ts";
import { tinyRecipe, tinySample } from "./test-engines.ts";

const TRAIN = 5;
const TEST = 3;
const samples = Array.from({ length: TRAIN + TEST }, (_, i) => tinySample(i));
const SAMPLE_BYTES = samples[0]?.pixels.length ?? 0;
const all = Uint8Array.from([...samples.map(({ label }) => label), ...samples.flatMap(({ pixels }) => [...pixels])]);

function take(pieces: Iterable<Uint8Array>): SampleCache {
  const cache = new SampleCache(SAMPLE_BYTES);
  const stream = new SampleStream({ cache, sampleBytes: SAMPLE_BYTES, trainCount: TRAIN, recipe: tinyRecipe }, TEST);
  for (const piece of pieces) {
    stream.take(piece);
    // The next may lie in the same memory.
    piece.fill(255);
  }
  return cache;
}

function* inPieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

function read(cache: SampleCache, position: number) {
  const pixels = new Uint8Array(SAMPLE_BYTES);
  const label = position < TRAIN ? cache.read("train", position, pixels) : cache.read("test", position - TRAIN, pixels);
  return label === null ? null : { label, pixels };
}

describe("[N12] the bytes of all samples", () => {
  test("are the samples, in whatever pieces they come", () => {
    for (let length = 1; length <= all.length; length++) {
      const cache = take(inPieces(all, length));
      expect(cache.count).toBe(TRAIN + TEST);
      samples.forEach((sample, position) => {
        expect(read(cache, position)).toEqual(sample);
      });
    }
  });

  test("are kept as far as they come", () => {
    const cut = TRAIN + TEST + 2 * SAMPLE_BYTES + 1;
    const cache = take(inPieces(all.slice(0, cut), 7));
    expect(cache.count).toBe(2);
    expect(read(cache, 1)).toEqual(samples[1]);
    expect(take([all.slice(0, TRAIN)]).count).toBe(0);
  });

  test("beyond the end are left out, as is a sample of no class that the network has", () => {
    const wrong = all.slice();
    wrong[1] = tinyRecipe.model.classCount;
    const cache = take([Uint8Array.from([...wrong, ...new Uint8Array(3 * SAMPLE_BYTES)])]);
    expect(cache.count).toBe(TRAIN + TEST - 1);
    expect(read(cache, 1)).toBeNull();
    expect(read(cache, TRAIN)).toEqual(samples[TRAIN]);
  });
});
