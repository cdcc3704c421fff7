import { describe, expect, test } from "vitest";
import { AssertionError, assert, murmur3, murmur3Text, philox4x32, RandomSequence } from "./index.ts";

describe("philox4x32", () => {
  // The known answers that the authors publish with Random123 (kat_vectors, philox 4x32 10).
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)("matches the published answer for %j", (counter, key, expected) => {
    expect(philox4x32(counter, key)).toEqual(expected);
  });
});

describe("RandomSequence", () => {
  test("is named by seed, purpose and indices alone", () => {
    const draw = (...name: ConstructorParameters<typeof RandomSequence>) => {
      const sequence = new RandomSequence(...name);
      return Array.from({ length: 9 }, () => sequence.uint32());
    };
    expect(draw(7, "test", 1, 2)).toEqual(draw(7, "test", 1, 2));
    const others = [
      draw(8, "test", 1, 2),
      draw(7, "digits", 1, 2),
      draw(7, "test", 2, 2),
      draw(7, "test", 1, 3),
      draw(7 + 2 ** 32, "test", 1, 2),
    ];
    for (const other of others) expect(other).not.toEqual(draw(7, "test", 1, 2));
  });

  test("below() is uniform and stays below", () => {
    const sequence = new RandomSequence(1, "test");
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) {
      const face = sequence.below(6);
      counts[face] = (counts[face] as number) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  test("unit() and normal() have the right moments", () => {
    const sequence = new RandomSequence(2, "test");
    const count = 50_000;
    const units = Array.from({ length: count }, () => sequence.unit());
    const normals = Array.from({ length: count }, () => sequence.normal());
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(units)).toBeCloseTo(0.5, 2);
    expect(Math.min(...units)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...units)).toBeLessThan(1);
    expect(mean(normals)).toBeCloseTo(0, 1);
    expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1);
  });

  test("refuses a seed that is not a whole number", () => {
    expect(() => new RandomSequence(1.5, "test")).toThrow(AssertionError);
  });
});

describe("murmur3", () => {
  const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

  // Known answers of the reference implementation.
  test.each([
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["test", 0, 0xba6bd213],
    ["Hello, world!", 0, 0xc0363e43],
    ["The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723],
  ])("of %j with seed %i", (text, seed, expected) => {
    expect(murmur3(bytesOf(text), seed)).toBe(expected);
  });

  test("does not depend on alignment", () => {
    const text = "The quick brown fox jumps over the lazy dog";
    const shifted = new Uint8Array(text.length + 1);
    shifted.set(bytesOf(text), 1);
    expect(murmur3(shifted.subarray(1))).toBe(0x2e4ff723);
  });

  test("of a text is eight hexadecimal digits", () => {
    expect(murmur3Text("convoy")).toMatch(/^[0-9a-f]{8}$/);
    expect(murmur3Text("convoy")).not.toBe(murmur3Text("convoi"));
  });
});

test("assert throws the given sentence", () => {
  expect(() => assert(false, "the order has every sample")).toThrow("the order has every sample");
});
