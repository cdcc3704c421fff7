import { expect, test } from "vitest";
import { checksumsEverywhere, checksumsHere } from "./test-frames.ts";

test("[F12] a browser encodes vectors in the same bytes as Node", () => {
  expect(checksumsHere()).toEqual(checksumsEverywhere);
});
