/** Sealing and reading the frame of a LeNet-5 vector. Compare within one run only. */
import { bench, describe } from "vitest";
import { OutgoingFrame, readFrame } from "./index.ts";

const LENGTH = 44_426;
const header = { run: "00112233445566ff", version: 1, lease: 1 };

describe("a frame of 44,426 elements", () => {
  const frame = new OutgoingFrame(LENGTH);
  frame.vector.set(Float32Array.from({ length: LENGTH }, (_, i) => Math.sin(i)));
  const bytes = frame.seal(header);
  bench("seal", () => {
    frame.seal(header);
  });
  bench("read in place", () => {
    readFrame(bytes, LENGTH);
  });
});
