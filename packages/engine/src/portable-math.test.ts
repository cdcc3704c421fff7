import { RandomSequence } from "@convoy/foundation";
import { describe, expect, test } from "vitest";
import { portableExp, portableLog } from "./portable-math.ts";

/** The number's place among all 64-bit numbers in order, so that neighbours differ by one. */
function place(value: number): bigint {
  const bits = new BigInt64Array(Float64Array.of(value).buffer)[0] as bigint;
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}

function unitsApart(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Object.is(a, b) ? 0 : Number.POSITIVE_INFINITY;
  const distance = Number(place(a) - place(b));
  return Math.abs(distance);
}

function bitsOf(value: number): string {
  return (new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint).toString(16).padStart(16, "0");
}

function numbers(low: number, high: number, count: number, index: number): number[] {
  const random = new RandomSequence(11, "test", index);
  return Array.from({ length: count }, () => random.between(low, high));
}

/** Numbers of every size: random bits of a double, its sign taken away. */
function positiveNumbers(count: number): number[] {
  const random = new RandomSequence(12, "test");
  const words = Uint32Array.from({ length: 2 * count }, (_, i) => random.uint32() >>> (i % 2));
  return [...new Float64Array(words.buffer)].map(Math.abs).filter(Number.isFinite);
}

function worst(values: readonly number[], ours: (x: number) => number, builtIn: (x: number) => number): number {
  return values.reduce((most, x) => Math.max(most, unitsApart(ours(x), builtIn(x))), 0);
}

describe("portableExp", () => {
  test.each([
    ["ordinary logits", -40, 40],
    ["close to zero", -1e-7, 1e-7],
    ["around the first reductions", -1.2, 1.2],
    ["down to the smallest numbers", -746, -700],
    ["up to the largest numbers", 700, 710],
    ["everything between", -746, 710],
  ] as const)("is within one unit in the last place of Math.exp: %s", (_, low, high) => {
    expect(worst(numbers(low, high, 20_000, 1), portableExp, Math.exp)).toBeLessThanOrEqual(1);
  });

  test("is within one unit at every step of its argument reduction", () => {
    const steps = Array.from({ length: 2200 }, (_, i) => ((i - 1100) * Math.LN2) / 2);
    expect(worst(steps, portableExp, Math.exp)).toBeLessThanOrEqual(1);
  });

  test.each([
    [0, 1],
    [-0, 1],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
    [709.782712893384, 1.7976931348622732e308],
    [709.7827128933841, Number.POSITIVE_INFINITY],
    [-745.1332191019411, 5e-324],
    [-745.1332191019412, 0],
    [5e-324, 1],
    [-1e300, 0],
    [1e300, Number.POSITIVE_INFINITY],
  ])("of %d is %d", (x, expected) => {
    expect(portableExp(x)).toBe(expected);
  });

  // As an arithmetic of 80 digits gives them, but for the last bit of 1 and −3.75: fdlibm's bits are the promise.
  test.each([
    [1, "4005bf0a8b14576a"],
    [-1, "3fd78b56362cef38"],
    [0.5, "3ffa61298e1e069c"],
    [-0.25, "3fe8ebef9eac820b"],
    [2.5, "40285d6fd931e0bb"],
    [-3.75, "3f981509354f0d2a"],
    [10, "40d5829dcf950560"],
    [-20, "3e21b48655f37267"],
    [88.5, "47e99b987155fe28"],
    [-700.125, "00ce8cfc0420616b"],
    [-740.5, "0000000000000033"],
    [700, "7f0d945df4f8ec8e"],
  ])("of %d has the bits %s", (x, bits) => {
    expect(bitsOf(portableExp(x))).toBe(bits);
  });
});

describe("portableLog", () => {
  test("is within one unit in the last place of Math.log, for numbers of every size", () => {
    expect(worst(positiveNumbers(50_000), portableLog, Math.log)).toBeLessThanOrEqual(1);
  });

  test.each([
    ["sums of exponentials", 1, 1000],
    ["close to one", 1 - 1e-6, 1 + 1e-6],
    ["around one", 0.5, 2],
    ["too small to be normal", 0, 2 ** -1022],
  ] as const)("is within one unit in the last place of Math.log: %s", (_, low, high) => {
    expect(worst(numbers(low, high, 20_000, 2), portableLog, Math.log)).toBeLessThanOrEqual(1);
  });

  test.each([
    [0, Number.NEGATIVE_INFINITY],
    [-0, Number.NEGATIVE_INFINITY],
    [1, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NaN],
    [-5e-324, Number.NaN],
    [-2, Number.NaN],
    [Number.NaN, Number.NaN],
    [5e-324, -744.4400719213812],
    [Number.MAX_VALUE, 709.782712893384],
  ])("of %d is %d", (x, expected) => {
    expect(portableLog(x)).toBe(expected);
  });

  // Likewise, but for the last bit of 3.
  test.each([
    [2, "3fe62e42fefa39ef"],
    [0.5, "bfe62e42fefa39ef"],
    [1.5, "3fd9f323ecbf984c"],
    [0.75, "bfd269621134db92"],
    [10, "40026bb1bbb55516"],
    [3, "3ff193ea7aad030a"],
    [1e-310, "c0864e69394d9508"],
    [1e300, "4085963447f87fb5"],
    [1.0000001, "3e7ad7f2847b6492"],
    [0.9999999, "be7ad7f2b1049b9f"],
    [7.25, "3fffb22e98a1c24e"],
    [123456.789, "40277281cad8a844"],
  ])("of %d has the bits %s", (x, bits) => {
    expect(bitsOf(portableLog(x))).toBe(bits);
  });
});
