import { describe, expect, test } from "vitest";
import { DatasetError } from "./dataset-error.ts";
import { decodeIdxImages, decodeIdxLabels } from "./idx.ts";
import { type MnistFiles, mnistFromIdx } from "./mnist.ts";

function idx(magic: number, dimensions: number[], elements: ArrayLike<number>): Uint8Array {
  const header = 4 + 4 * dimensions.length;
  const bytes = new Uint8Array(header + elements.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  dimensions.forEach((length, position) => {
    view.setUint32(4 + 4 * position, length);
  });
  bytes.set(elements, header);
  return bytes;
}

const ramp = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7) % 256);
const images = (count: number, height = 28, width = 28) =>
  idx(0x803, [count, height, width], ramp(count * height * width));
const labels = (...values: number[]) => idx(0x801, [values.length], values);

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(DatasetError);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

describe("decodeIdxImages", () => {
  test("gives shape and pixels", () => {
    const decoded = decodeIdxImages(images(3, 4, 5), "file");
    expect(decoded).toEqual({ count: 3, height: 4, width: 5, pixels: ramp(60) });
  });

  test("reads bytes that start anywhere in a buffer, and gives a plain array", () => {
    const bytes = Buffer.concat([Buffer.from([1, 2, 3]), images(2, 2, 2)]).subarray(3);
    const { pixels } = decodeIdxImages(bytes, "file");
    expect(Object.getPrototypeOf(pixels)).toBe(Uint8Array.prototype);
    expect(pixels).toEqual(ramp(8));
  });

  test.each([
    ["a wrong magic number", idx(0x0d03, [1, 1, 1], [0]), "it starts with 00 00 0d 03, expected 00 00 08 03."],
    ["a file of labels", labels(1, 2), "starts with 00 00 08 01, expected 00 00 08 03 (it is an IDX file of labels)"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "expected 00 00 08 03 (it is still compressed with gzip)"],
    [
      "an empty file",
      new Uint8Array(0),
      "truncated: the header of an IDX file of images has 16 bytes, the file has 0.",
    ],
    ["half a header", images(1).subarray(0, 12), "images has 16 bytes, the file has 12."],
    ["missing pixels", images(3).subarray(0, 2000), "3 images of 28×28 pixels take 2368 bytes, the file has 2000."],
    ["more at the end", new Uint8Array([...images(1, 1, 1), 9, 9]), "has 2 bytes too many at its end"],
    ["no images", images(0), "0 images of 28×28 pixels: nothing to read."],
    ["no width", images(2, 3, 0), "2 images of 3×0 pixels: nothing to read."],
    [
      "a huge count",
      idx(0x803, [0xffffffff, 28, 28], []),
      "4294967295 images of 28×28 pixels take 3367254359296 bytes",
    ],
  ])("refuses %s by name", (_, bytes, part) => {
    const message = messageOf(() => decodeIdxImages(bytes, "train-images"));
    expect(message).toMatch(/^train-images /);
    expect(message).toContain(part);
  });
});

describe("decodeIdxLabels", () => {
  test("gives the labels", () => {
    expect(decodeIdxLabels(labels(5, 0, 9), "file")).toEqual(Uint8Array.of(5, 0, 9));
  });

  test.each([
    ["a file of images", images(1), "starts with 00 00 08 03, expected 00 00 08 01 (it is an IDX file of images)"],
    ["missing labels", labels(1, 2, 3).subarray(0, 10), "3 labels take 11 bytes, the file has 10."],
    ["more at the end", new Uint8Array([...labels(1), 0]), "has 1 bytes too many at its end: 1 labels take 9 bytes"],
    ["no labels", labels(), "0 labels: nothing to read."],
    ["a label above 9", labels(1, 9, 10, 11), "has the label 10 at position 2; labels are from 0 to 9."],
  ])("refuses %s by name", (_, bytes, part) => {
    const message = messageOf(() => decodeIdxLabels(bytes, "train-labels"));
    expect(message).toMatch(/^train-labels /);
    expect(message).toContain(part);
  });
});

describe("mnistFromIdx", () => {
  const files = (changed: Partial<Record<keyof MnistFiles, Uint8Array>> = {}): MnistFiles => {
    const content = {
      trainImages: images(3),
      trainLabels: labels(1, 2, 3),
      testImages: images(2),
      testLabels: labels(4, 5),
      ...changed,
    };
    const named = (key: keyof MnistFiles) => ({ name: `${key}.idx`, bytes: content[key] });
    return {
      trainImages: named("trainImages"),
      trainLabels: named("trainLabels"),
      testImages: named("testImages"),
      testLabels: named("testLabels"),
    };
  };

  test("puts the four files together", () => {
    const mnist = mnistFromIdx(files());
    expect(mnist).toMatchObject({ name: "mnist", title: "MNIST", builtIn: false, sampleShape: [28, 28, 1] });
    expect(mnist.classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect(mnist.train).toEqual({ count: 3, pixels: ramp(3 * 784), labels: Uint8Array.of(1, 2, 3) });
    expect(mnist.test).toEqual({ count: 2, pixels: ramp(2 * 784), labels: Uint8Array.of(4, 5) });
  });

  test("refuses other dimensions", () => {
    expect(messageOf(() => mnistFromIdx(files({ testImages: images(2, 28, 32) })))).toBe(
      "testImages.idx has images of 28×32 pixels; MNIST's are 28×28.",
    );
  });

  test("refuses counts that disagree", () => {
    expect(messageOf(() => mnistFromIdx(files({ trainLabels: labels(1, 2) })))).toBe(
      "trainImages.idx has 3 images, but trainLabels.idx has 2 labels.",
    );
  });
});
