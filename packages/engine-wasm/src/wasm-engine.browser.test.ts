import { engineConformance } from "@convoy/engine/conformance";
import { expect, it } from "vitest";
import { createWasmEngine } from "./index.ts";

// Chromium has relaxed SIMD, Node 20 has not.
engineConformance("wasm, relaxed SIMD", createWasmEngine({ build: "relaxed-simd" }));

it("takes the quickest build that there is", async () => {
  const engine = await createWasmEngine()({
    model: { name: "m", inputShape: [1, 2, 1], layers: [{ type: "flatten" }], classCount: 2 },
    preprocessing: { mean: [0], deviation: [1] },
  });
  expect(engine.identity.device).toBe("CPU, WASM relaxed SIMD");
});
