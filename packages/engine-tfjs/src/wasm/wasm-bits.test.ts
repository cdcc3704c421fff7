import { test } from "vitest";
import { createTfjsEngine } from "../create-tfjs-engine.ts";
import { wasmDirectory } from "../wasm-directory.ts";
import { expectPromisedBits } from "./test-wasm-bits.ts";

test("[E3] tfjs-wasm in Node gives the bits that its fingerprint promises", async () => {
  await expectPromisedBits(createTfjsEngine("wasm", { wasmPaths: wasmDirectory() }));
});
