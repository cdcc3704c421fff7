import { RandomSequence } from "@convoy/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeInto,
  type EncodedVector,
  encodedBytes,
  encodeVector,
  faultInContent,
  faultInLength,
  isFiniteVector,
  normOf,
} from "../index.ts";

const faultIn = (vector: EncodedVector) => faultInLength(vector) ?? faultInContent(vector);

const rounding = { seed: 1, counter: 0 };

function encoded(vector: Float32Array, share: number): Uint8Array {
  const encoding = { codec: "top-k", share } as const;
  const bytes = new Uint8Array(encodedBytes(encoding, vector.length));
  return bytes.slice(0, encodeVector(encoding, vector, bytes, rounding));
}

function decoded(bytes: Uint8Array, length: number): Float32Array {
  const out = new Float32Array(length).fill(7);
  decodeInto(out, { codec: "top-k", length, bytes });
  return out;
}

function draw(length: number, seed: number): Float32Array {
  const random = new RandomSequence(seed, "test");
  return Float32Array.from({ length }, () => random.normal() * 10 ** random.between(-6, -2));
}

/** The indices that are to be kept, by sorting. */
function largest(vector: Float32Array, k: number): number[] {
  return [...vector.keys()]
    .sort((a, b) => Math.abs(vector[b] as number) - Math.abs(vector[a] as number) || a - b)
    .slice(0, k)
    .sort((a, b) => a - b);
}

const indicesOf = (vector: Float32Array) => [...vector.keys()].filter((i) => vector[i] !== 0);

describe("the largest", () => {
  test.each([
    [1, 0.01, 1],
    [49, 0.01, 1],
    [1000, 0.01, 10],
    [44_426, 0.01, 444],
    [44_426, 0.5, 22_213],
    [10_000, 1, 10_000],
  ])("of %i elements, a share of %f: %i are kept, and no others", (length, share, k) => {
    const vector = draw(length, length);
    const bytes = encoded(vector, share);
    expect(faultIn({ codec: "top-k", length, bytes })).toBeNull();
    const back = decoded(bytes, length);
    const kept = largest(vector, k);
    expect(indicesOf(back)).toEqual(kept);
    const scale = 2 ** (Math.floor(Math.log2(Math.max(...vector.map(Math.abs)))) - 14);
    const tooFar = kept.filter((i) => {
      const value = vector[i] as number;
      return Math.abs((back[i] as number) - value) > Math.max(2 ** -11 * Math.abs(value), 2 ** -25 * scale);
    });
    expect(tooFar).toEqual([]);
  });

  test("are kept whatever the numbers, of equal ones the first", () => {
    const numbers = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(1, -1, 1, 2, 0, -0));
    fc.assert(
      fc.property(
        fc.array(numbers, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (values, share) => {
          const vector = Float32Array.from(values);
          const bytes = encoded(vector, share);
          if (faultIn({ codec: "top-k", length: vector.length, bytes }) !== null) return false;
          const k = Math.max(1, Math.round(share * vector.length));
          // With ones instead of the values, so that those too small for half precision can be told apart.
          const ones = bytes.slice();
          for (let i = 0; i < k; i++) ones.set([0, 0x3c], 8 + 2 * i);
          expect(indicesOf(decoded(ones, vector.length))).toEqual(largest(vector, k));
          return true;
        },
      ),
      { seed: 1, numRuns: 1000 },
    );
  });

  test.each([
    ["larger than all others", (i: number) => 1000 + i, (i: number) => 1 / (1 + i)],
    ["smaller than all others", () => 1e-20, (i: number) => 1 + Math.sin(i)],
    ["zeros", () => 0, (i: number) => Math.cos(i)],
    ["like all others", (i: number) => Math.cos(i), (i: number) => Math.cos(i)],
    ["equal, and all others too", () => 3, () => 3],
    ["infinite", () => Number.NEGATIVE_INFINITY, (i: number) => Math.cos(i)],
  ])("are the same where every eighth number, of which a sample is taken, is %s", (_, inSample, elsewhere) => {
    const length = 8 * 8192;
    const vector = Float32Array.from({ length }, (_, i) => (i % 8 === 0 ? inSample(i) : elsewhere(i)));
    for (const k of [1, 655, 9000]) {
      const ones = encoded(vector, k / length);
      for (let i = 0; i < k; i++) ones.set([0, 0x3c], 8 + 2 * i);
      expect(indicesOf(decoded(ones, length))).toEqual(largest(vector, k));
    }
  });

  test("of equal numbers are the first", () => {
    expect(indicesOf(decoded(encoded(new Float32Array(200).fill(-3), 0.02), 200))).toEqual([0, 1, 2, 3]);
    const oneLarger = new Float32Array(200).fill(-3).with(150, 4);
    expect(indicesOf(decoded(encoded(oneLarger, 0.02), 200))).toEqual([0, 1, 2, 150]);
  });

  test("take their values in half precision and about a byte more each", () => {
    const vector = draw(200_000, 3);
    const bytes = encoded(vector, 0.01);
    expect(bytes.length).toBeLessThan(8 + 2000 * 3.5);
    expect(encodedBytes({ codec: "top-k", share: 0.01 }, 200_000)).toBeGreaterThanOrEqual(bytes.length);
  });

  test("fit into the bytes that they may take, however they are spread", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40_000), { minLength: 1, maxLength: 60 }), (gaps) => {
        const indices: number[] = [];
        for (const gap of gaps) indices.push((indices.at(-1) ?? -1) + 1 + gap);
        const vector = new Float32Array((indices.at(-1) as number) + 1);
        for (const index of indices) vector[index] = 1 + index;
        const share = gaps.length / vector.length;
        const bytes = encoded(vector, share);
        expect(indicesOf(decoded(bytes, vector.length))).toEqual(indices);
        return bytes.length <= encodedBytes({ codec: "top-k", share }, vector.length);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test.each([-149, -127, -100, 0, 100, 127])("may be as large as 2 to the power of %i", (exponent) => {
    const vector = Float32Array.of(0, -(2 ** exponent), 1.5 * 2 ** (exponent - 1));
    expect(decoded(encoded(vector, 0.5), 3)).toEqual(vector);
  });

  test("are what is no number, and that is seen without decoding", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const bytes = encoded(draw(1000, 1).with(500, value), 0.001);
      expect(decoded(bytes, 1000)[500]).toBe(value);
      expect(isFiniteVector({ codec: "top-k", length: 1000, bytes })).toBe(false);
    }
  });

  test("tell their norm and whether they are numbers without being decoded", () => {
    const vector = draw(100_000, 7);
    const bytes = encoded(vector, 0.2);
    const travelling = { codec: "top-k", length: vector.length, bytes } as const;
    expect(isFiniteVector(travelling)).toBe(true);
    expect(normOf(travelling) / normOf(decoded(bytes, vector.length))).toBeCloseTo(1, 5);
  });

  test.each([0, -0.1, 1.01, Number.NaN])("a share of %f is a programmer's error", (share) => {
    expect(() => encodedBytes({ codec: "top-k", share }, 10)).toThrow("share");
  });
});
