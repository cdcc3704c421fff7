import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeInto, encodedBytes, encodeVector, isFiniteVector, normOf } from "../index.ts";

const rounding = { seed: 1, counter: 0 };

function encoded(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(encodedBytes({ codec: "fp16" }, vector.length));
  expect(encodeVector({ codec: "fp16" }, vector, bytes, rounding)).toBe(bytes.length);
  return bytes;
}

function decoded(bytes: Uint8Array): Float32Array {
  const out = new Float32Array(bytes.length / 2);
  decodeInto(out, { codec: "fp16", length: out.length, bytes });
  return out;
}

const roundTrip = (...values: number[]) => [...decoded(encoded(Float32Array.from(values)))];
const everyHalf = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer);

describe("half precision", () => {
  test("keeps every half as it is, and of what is no number the sign", () => {
    const again = new Uint16Array(encoded(decoded(everyHalf)).buffer);
    const isNoNumber = (half: number) => (half & 0x7fff) > 0x7c00;
    const expected = Uint16Array.from({ length: 65_536 }, (_, half) =>
      isNoNumber(half) ? (half & 0x8000) | 0x7e00 : half,
    );
    expect(again).toEqual(expected);
  });

  test("decodes to sign, exponent and mantissa as IEEE 754 says", () => {
    const values = decoded(everyHalf);
    expect(values[0x3c00]).toBe(1);
    expect(values[0xc000]).toBe(-2);
    expect(values[0x7bff]).toBe(65_504);
    expect(values[0x0400]).toBe(2 ** -14);
    expect(values[0x03ff]).toBe(2 ** -14 - 2 ** -24);
    expect(values[0x0001]).toBe(2 ** -24);
    expect(values[0x8000]).toBe(-0);
    expect(values[0xfc00]).toBe(Number.NEGATIVE_INFINITY);
    expect(values[0x7c01]).toBeNaN();
    // Each is larger than the one before, up to infinity.
    for (let half = 1; half <= 0x7c00; half++)
      expect((values[half] as number) > (values[half - 1] as number)).toBe(true);
  });

  test("takes the nearest, of two equally near the even one", () => {
    const finite = decoded(everyHalf).subarray(0, 0x7c00);
    const middles = Float32Array.from({ length: finite.length - 1 }, (_, i) => {
      return ((finite[i] as number) + (finite[i + 1] as number)) / 2;
    });
    const bits = new Uint32Array(middles.buffer);
    const halvesOf = (change: number) => {
      const moved = Float32Array.from(new Float32Array(bits.map((word) => word + change).buffer));
      return new Uint16Array(encoded(moved).buffer);
    };
    const expected = (choose: (lower: number) => number) => Uint16Array.from(middles, (_, lower) => choose(lower));
    expect(halvesOf(-1)).toEqual(expected((lower) => lower));
    expect(halvesOf(0)).toEqual(expected((lower) => lower + (lower & 1)));
    expect(halvesOf(1)).toEqual(expected((lower) => lower + 1));
  });

  test("is off by at most 2⁻¹¹ of a value from 2⁻¹⁴ to 65504, and by 2⁻²⁵ below", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -65_504, max: 65_504, noNaN: true })), (values) => {
        const back = roundTrip(...values);
        return values.every(
          (value, i) => Math.abs((back[i] as number) - value) <= Math.max(2 ** -11 * Math.abs(value), 2 ** -25),
        );
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test("makes what is beyond it infinite, and that is seen without decoding", () => {
    expect(roundTrip(65_519.99, -65_519.99)).toEqual([65_504, -65_504]);
    for (const value of [65_520, -65_520, 65_536, 1e10, -3e38, Number.NEGATIVE_INFINITY]) {
      const vector = new Float32Array(9000).with(8999, value);
      const bytes = encoded(vector);
      expect(decoded(bytes)[8999]).toBe(Math.sign(value) * Number.POSITIVE_INFINITY);
      const travelling = { codec: "fp16", length: 9000, bytes } as const;
      expect(isFiniteVector(travelling)).toBe(false);
      expect(normOf(travelling)).toBe(Number.POSITIVE_INFINITY);
    }
    expect(roundTrip(Number.NaN)).toEqual([Number.NaN]);
  });

  test("keeps both zeros, and takes what is nearer to zero than to 2⁻²⁴ for zero", () => {
    expect(roundTrip(0, -0, 2 ** -25, -(2 ** -25), 1e-45)).toEqual([0, -0, 0, -0, 0]);
    expect(roundTrip(1.0000001 * 2 ** -25)).toEqual([2 ** -24]);
  });
});
