/** Which batches that follow each other are taken first. */
import { describe, expect, test } from "vitest";
import { FreeBatches } from "./ranges.ts";

/** As drawn: `-` is free. */
function drawn(batches: string): FreeBatches {
  return new FreeBatches(batches.length, (batch) => batches[batch] === "-", []);
}

describe("[H1] of the free batches", () => {
  test("the first so many are taken", () => {
    expect(drawn("xx--------").first(4, 100)).toEqual({ first: 2, end: 6 });
  });

  test("fewer that lie before are left until there is nothing else, and not those that are a quarter fewer", () => {
    expect(drawn("x-x--x----------").first(4, 100)).toEqual({ first: 6, end: 10 });
    expect(drawn("x-x---x---------").first(4, 100)).toEqual({ first: 3, end: 6 });
  });

  test("the longest are taken where all are too few", () => {
    expect(drawn("x-x---x--x").first(8, 100)).toEqual({ first: 3, end: 6 });
    expect(drawn("xxxx").first(8, 100)).toBeNull();
  });

  test("what would be left alone goes with them, where there is enough elsewhere", () => {
    expect(drawn("-----x------").first(4, 100)).toEqual({ first: 0, end: 5 });
    expect(drawn("------x------").first(4, 100)).toEqual({ first: 0, end: 4 });
    expect(drawn("-----x---").first(4, 100)).toEqual({ first: 0, end: 4 });
  });

  test("but never more than the limit", () => {
    expect(drawn("-----x------").first(4, 4)).toEqual({ first: 0, end: 4 });
  });

  test("those that are taken are free no more", () => {
    const free = drawn("-x------");
    for (const range of [
      { first: 2, end: 5 },
      { first: 5, end: 8 },
      { first: 0, end: 1 },
    ]) {
      expect(free.first(3, 100)).toEqual(range);
      free.take(range);
    }
    expect(free.first(3, 100)).toBeNull();
    expect(free.count).toBe(0);
  });
});
