import { expect, test } from "vitest";
import { opaquePixels } from "./test-picture-pixels.ts";

test("one channel is grey", () => {
  expect([...opaquePixels(Uint8Array.of(0, 128), 1)]).toEqual([0, 0, 0, 255, 128, 128, 128, 255]);
});

test("three channels are red, green and blue", () => {
  expect([...opaquePixels(Uint8Array.of(1, 2, 3, 40, 50, 60), 3)]).toEqual([1, 2, 3, 255, 40, 50, 60, 255]);
});
