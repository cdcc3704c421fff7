import { RandomSequence } from "@convoy/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checksum, decodeInto, encodedBytes, encodeVector, isFiniteVector, normOf } from "../index.ts";

const BLOCK = 256;

function encoded(vector: Float32Array, counter = 0, seed = 1): Uint8Array {
  const bytes = new Uint8Array(encodedBytes({ codec: "int8" }, vector.length));
  expect(encodeVector({ codec: "int8" }, vector, bytes, { seed, counter })).toBe(bytes.length);
  return bytes;
}

function decoded(bytes: Uint8Array, length: number): Float32Array {
  const out = new Float32Array(length);
  decodeInto(out, { codec: "int8", length, bytes });
  return out;
}

function draw(length: number, seed: number): Float32Array {
  const random = new RandomSequence(seed, "test");
  return Float32Array.from({ length }, () => random.normal() * 10 ** random.between(-3, 0));
}

/** Of each block the largest magnitude / 127. */
function steps(vector: Float32Array): number[] {
  return Array.from({ length: Math.ceil(vector.length / BLOCK) }, (_, block) => {
    const values = vector.subarray(BLOCK * block, BLOCK * (block + 1));
    return Math.fround(values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127);
  });
}

describe("8 bits with a scale for each block", () => {
  test.each([1, 2, 255, 256, 257, 8191, 8192, 8193, 20_001])("are off by at most a step, in %i elements", (length) => {
    const vector = draw(length, length);
    const bytes = encoded(vector);
    expect(bytes.length).toBe(4 * Math.ceil(length / BLOCK) + length);
    const scales = steps(vector);
    expect([...new Float32Array(bytes.slice(0, 4 * scales.length).buffer)]).toEqual(scales);
    const back = decoded(bytes, length);
    const tooFar = back.filter(
      (value, i) => Math.abs(value - (vector[i] as number)) > 1.000001 * (scales[Math.floor(i / BLOCK)] as number),
    );
    expect(tooFar).toHaveLength(0);
  });

  test("are off by at most a step wherever the block's numbers lie", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1 }), fc.nat(250), (values, e) => {
        const vector = Float32Array.from(values, (value) => value * 2 ** (e - 125));
        const step = Math.max(steps(vector)[0] as number, 2 ** -126);
        const back = decoded(encoded(vector), vector.length);
        return vector.every((value, i) => Math.abs((back[i] as number) - value) <= 1.000001 * step);
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  test("are right in the mean", () => {
    const vector = draw(3000, 5);
    const scales = steps(vector);
    const rounds = 2000;
    const sums = new Float64Array(vector.length);
    const once = new Float32Array(vector.length);
    for (let counter = 0; counter < rounds; counter++) {
      decodeInto(once, { codec: "int8", length: vector.length, bytes: encoded(vector, counter) });
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (once[i] as number);
    }
    // In steps. The deviation of one rounding is at most 1/2, that of the mean of all elements 1/2 / √(rounds · elements).
    const errors = Float64Array.from(sums, (sum, i) => {
      return (sum / rounds - (vector[i] as number)) / (scales[Math.floor(i / BLOCK)] as number);
    });
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(5 * (0.5 / Math.sqrt(rounds)));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(Math.abs(mean)).toBeLessThan(4 * (0.5 / Math.sqrt(rounds * vector.length)));
  });

  test("are rounded by chances that are spread evenly, and know nothing of their neighbours", () => {
    // With a 1 in each block a step is 1/127, and all others lie half-way between two of them.
    const length = BLOCK * 400;
    const vector = new Float32Array(length).fill(0.5 / 127).map((value, i) => (i % BLOCK === 0 ? 1 : value));
    const isUp = [...decoded(encoded(vector), length)].map((value) => (value > 0 ? 1 : -1));
    for (const distance of [0, 1, 2, 3, 4, 8, 16, 256, 512]) {
      let sum = 0;
      let count = 0;
      for (let i = 0; i + distance < length; i++) {
        if (i % BLOCK === 0 || (i + distance) % BLOCK === 0) continue;
        sum += distance === 0 ? (isUp[i] as number) : (isUp[i] as number) * (isUp[i + distance] as number);
        count++;
      }
      expect(Math.abs(sum) / Math.sqrt(count), `elements ${distance} apart`).toBeLessThan(4);
    }
  });

  test("are the same for the same seed and counter on every machine, and others for others", () => {
    const vector = Float32Array.from({ length: 300 }, (_, i) => (i - 150) / 7);
    const bytes = encoded(vector, 3, 12);
    expect(encoded(vector, 3, 12)).toEqual(bytes);
    expect(encoded(vector, 4, 12)).not.toEqual(bytes);
    expect(encoded(vector, 3, 13)).not.toEqual(bytes);
    expect(Buffer.from(bytes.subarray(0, 16)).toString("hex")).toBe("46c72c3e66a02b3e8182828385858687");
    expect(checksum(bytes)).toBe(2_900_708_573);
  });

  test("keep zeros, whole steps and the largest as they are", () => {
    expect(decoded(encoded(new Float32Array(300)), 300)).toEqual(new Float32Array(300));
    const whole = Float32Array.from({ length: 255 }, (_, i) => (i - 127) / 4);
    expect(decoded(encoded(whole), 255)).toEqual(whole);
  });

  test("of a block with anything that is no number are none, and the other blocks stay", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const bytes = encoded(new Float32Array(600).fill(1).with(300, value));
      const back = decoded(bytes, 600);
      expect(back.subarray(0, 256).every((x) => x === 1) && back.subarray(512).every((x) => x === 1)).toBe(true);
      expect(back.subarray(256, 512).every(Number.isNaN)).toBe(true);
      expect(isFiniteVector({ codec: "int8", length: 600, bytes })).toBe(false);
    }
  });

  test("tell their norm and whether they are numbers without being decoded", () => {
    const vector = draw(20_001, 7);
    const bytes = encoded(vector);
    const travelling = { codec: "int8", length: vector.length, bytes } as const;
    expect(isFiniteVector(travelling)).toBe(true);
    expect(normOf(travelling)).toBeCloseTo(normOf(decoded(bytes, vector.length)), 6);
  });
});
