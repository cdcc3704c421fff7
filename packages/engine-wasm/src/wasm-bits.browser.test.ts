import { test } from "vitest";
import { expectPromisedBits } from "./test-wasm-bits.ts";

test(
  "[E3] the engine wasm in Chromium gives the bits that its fingerprint promises, those of Node",
  expectPromisedBits,
);
