import { test } from "vitest";
import { expectPromisedBits } from "./test-wasm-bits.ts";

test("[E3] the engine wasm in Node gives the bits that its fingerprint promises", expectPromisedBits);
