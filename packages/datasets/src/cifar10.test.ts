import { describe, expect, test } from "vitest";
import { cifar10FromBinary, decodeCifar10Batches } from "./cifar10.ts";
import { DatasetError } from "./dataset-error.ts";

/** A record whose byte at row, column and channel of the picture is `valueAt`'s. */
function record(label: number, valueAt: (row: number, column: number, channel: number) => number): Uint8Array {
  const planes = Array.from({ length: 3 * 32 * 32 }, (_, i) =>
    valueAt(Math.floor(i / 32) % 32, i % 32, Math.floor(i / 1024)),
  );
  return Uint8Array.of(label, ...planes);
}

const batch = (...labels: number[]) =>
  Buffer.concat(
    labels.map((label) => record(label, (row, column, channel) => row + 2 * column + 60 * channel + label)),
  );
const named = (bytes: Uint8Array, name = "batch.bin") => ({ name, bytes });

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(DatasetError);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

test("planes become height × width × channels", () => {
  const { count, pixels, labels } = decodeCifar10Batches([named(batch(7, 3))]);
  expect([count, pixels.length]).toEqual([2, 2 * 3072]);
  expect(labels).toEqual(Uint8Array.of(7, 3));
  const at = (sample: number, row: number, column: number, channel: number) =>
    pixels[((sample * 32 + row) * 32 + column) * 3 + channel];
  for (const [row, column, channel] of [
    [0, 0, 0],
    [0, 1, 2],
    [31, 5, 1],
    [31, 31, 2],
  ] as const) {
    expect(at(0, row, column, channel)).toBe(row + 2 * column + 60 * channel + 7);
    expect(at(1, row, column, channel)).toBe(row + 2 * column + 60 * channel + 3);
  }
});

test("the training batches are one set, in their order", () => {
  const trainBatches = [named(batch(1, 2)), named(batch(3)), named(batch(9, 0))];
  const { name, train, test, classNames, sampleShape } = cifar10FromBinary({
    trainBatches,
    testBatch: named(batch(4)),
  });
  expect([name, sampleShape, classNames.length]).toEqual(["cifar10", [32, 32, 3], 10]);
  expect([...train.labels]).toEqual([1, 2, 3, 9, 0]);
  expect(train.pixels[4 * 3072]).toBe(0);
  expect(train.pixels[3 * 3072]).toBe(9);
  expect([...test.labels]).toEqual([4]);
});

describe("a batch is refused by name", () => {
  test.each([
    [
      "that is cut off",
      batch(1, 2).subarray(0, 3073 + 3000),
      "6073 bytes are 3000 too many for 1 of them, or 73 too few for 2.",
    ],
    [
      "with more at its end",
      Buffer.concat([batch(1), Buffer.of(1, 2)]),
      "3075 bytes are 2 too many for 1 of them, or 3071 too few",
    ],
    ["that is empty", new Uint8Array(0), "batch.bin is empty."],
    ["with an eleventh class", batch(1, 9, 10), "has the label 10 at record 2 (byte 6146); labels are from 0 to 9."],
  ])("%s", (_, bytes, part) => {
    const message = messageOf(() => decodeCifar10Batches([named(batch(1), "good.bin"), named(bytes)]));
    expect(message).toMatch(/^batch\.bin /);
    expect(message).toContain(part);
  });
});
