import { engineConformance } from "@convoy/engine/conformance";
import { expect, it } from "vitest";
import { createWasmEngine } from "./index.ts";
import { quickestBuild } from "./quickest-build.ts";

// Chromium has relaxed SIMD, Node 20 has not.
engineConformance("wasm, relaxed SIMD", createWasmEngine({ build: "relaxed-simd" }));

it("takes the build that is quicker here, and says which", async () => {
  const engine = await createWasmEngine()({
    model: { name: "m", inputShape: [1, 2, 1], layers: [{ type: "flatten" }], classCount: 2 },
    preprocessing: { mean: [0], deviation: [1] },
  });
  const build = await quickestBuild();
  expect(engine.identity.device).toBe(build === "simd" ? "CPU, WASM SIMD" : "CPU, WASM relaxed SIMD");
});
