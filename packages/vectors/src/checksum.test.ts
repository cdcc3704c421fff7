import { murmur3 } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import { checksum, takeStripes } from "./checksum.ts";

const draw = (length: number) => Uint8Array.from({ length }, (_, i) => (7919 * i * i + 31 * i) >>> 3);

/** As its docstring says, without the kernel. */
function byDefinition(bytes: Uint8Array, seed: number): number {
  const lanes = Int32Array.from({ length: 16 }, (_, lane) => seed + lane);
  const stripes = Math.floor(bytes.length / 64);
  takeStripes(bytes, stripes, lanes);
  return murmur3(bytes.subarray(64 * stripes), murmur3(new Uint8Array(lanes.buffer), bytes.length));
}

describe("the checksum", () => {
  test.each([0, 1, 63, 64, 65, 127, 128, 4096, 32_767, 32_768, 32_832, 32_833, 100_001])(
    "of %i bytes is the same with SIMD and without",
    (length) => {
      for (const seed of [0, 1, 0xffffffff])
        expect(checksum(draw(length), seed)).toBe(byDefinition(draw(length), seed));
    },
  );

  test("is what it has always been", () => {
    expect(checksum(draw(1000))).toBe(423_130_316);
    expect(checksum(draw(1000), 12_345)).toBe(1_635_865_694);
  });

  test.each([1, 2, 3])("does not mind where the bytes begin: %i beyond a word", (offset) => {
    const shifted = new Uint8Array(1000 + offset);
    shifted.set(draw(1000), offset);
    expect(checksum(shifted.subarray(offset))).toBe(checksum(draw(1000)));
  });

  test("changes with every single bit, with two words exchanged, with zeros more or fewer", () => {
    const bytes = draw(200);
    const whole = checksum(bytes);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >>> 3] = (flipped[bit >>> 3] as number) ^ (1 << (bit & 7));
      expect(checksum(flipped), `bit ${bit}`).not.toBe(whole);
    }
    const words = new Uint32Array(bytes.slice().buffer);
    for (const [a, b] of [
      [0, 1],
      [0, 16],
      [3, 40],
      [48, 49],
    ] as const) {
      const exchanged = words.slice();
      [exchanged[a], exchanged[b]] = [words[b] as number, words[a] as number];
      expect(checksum(new Uint8Array(exchanged.buffer)), `words ${a} and ${b}`).not.toBe(whole);
    }
    const zeros = [0, 4, 64, 128, 192, 256].map((length) => checksum(new Uint8Array(length)));
    expect(new Set(zeros).size).toBe(zeros.length);
  });
});
