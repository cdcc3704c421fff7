import { proveEngine } from "@convoy/engine";
import { engineConformance } from "@convoy/engine/conformance";
import { expect, it } from "vitest";
import { createWebgpuEngine } from "./webgpu-engine.ts";

const factory = createWebgpuEngine();

it("proves itself", async () => {
  const proof = await proveEngine(factory);
  expect(proof).toMatchObject({ passed: true });
  expect(proof.largestError).toBeLessThan(1e-5);
});

engineConformance("webgpu", factory);
