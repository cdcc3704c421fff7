import { test } from "vitest";
import { createTfjsEngine } from "../create-tfjs-engine.ts";
import { expectPromisedBits } from "./test-wasm-bits.ts";

test("[E3] tfjs-wasm in Chromium gives the bits that its fingerprint promises, those of Node", async () => {
  await expectPromisedBits(
    createTfjsEngine("wasm", { wasmPaths: "/node_modules/@tensorflow/tfjs-backend-wasm/dist/" }),
  );
});
