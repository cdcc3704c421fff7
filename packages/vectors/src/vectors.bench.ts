/** What is done to every frame, on a vector of LeNet-5's length. Compare within one run only. */
import { murmur3 } from "@convoy/foundation";
import { bench, describe } from "vitest";
import { takeStripes } from "./checksum.ts";
import { checksum } from "./index.ts";

const LENGTH = 44_426;

describe("44,426 elements", () => {
  const vector = Float32Array.from({ length: LENGTH }, (_, i) => Math.sin(i));
  const bytes = new Uint8Array(vector.buffer);
  const copied = new Uint8Array(bytes.length);
  bench("copy (the measure)", () => copied.set(bytes));
  bench("checksum", () => {
    checksum(bytes);
  });
  bench("checksum, without SIMD", () => {
    takeStripes(bytes, Math.floor(bytes.length / 64), new Int32Array(16));
  });
  bench("MurmurHash3 in one lane", () => {
    murmur3(bytes);
  });
});
