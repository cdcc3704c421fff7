import { proveEngine } from "@convoy/engine";
import { engineConformance } from "@convoy/engine/conformance";
import { expect, it, vi } from "vitest";
import { createWebgpuEngine } from "./webgpu-engine.ts";

const factory = createWebgpuEngine();

it("proves itself", async () => {
  const proof = await proveEngine(factory);
  expect(proof).toMatchObject({ passed: true });
  expect(proof.largestError).toBeLessThan(1e-5);
});

const liveBuffers = new Set<GPUBuffer>();
const createBuffer = GPUDevice.prototype.createBuffer;
const destroy = GPUBuffer.prototype.destroy;
vi.spyOn(GPUDevice.prototype, "createBuffer").mockImplementation(function (this: GPUDevice, descriptor) {
  const buffer = createBuffer.call(this, descriptor);
  liveBuffers.add(buffer);
  return buffer;
});
vi.spyOn(GPUBuffer.prototype, "destroy").mockImplementation(function (this: GPUBuffer) {
  liveBuffers.delete(this);
  destroy.call(this);
});

engineConformance("webgpu", factory, { countResources: () => liveBuffers.size, slowToCompile: true });
