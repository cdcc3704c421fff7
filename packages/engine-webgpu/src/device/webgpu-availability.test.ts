import { afterEach, describe, expect, it, vi } from "vitest";
import { describeAdapter } from "./adapter-description.ts";
import { webgpuAvailability } from "./webgpu-availability.ts";

function adapterWith(info: Partial<GPUAdapterInfo> & { isFallbackAdapter?: boolean }): GPUAdapter {
  return { info: { vendor: "", architecture: "", device: "", description: "", ...info }, limits: {} } as GPUAdapter;
}

function offer(gpu: unknown): void {
  vi.stubGlobal("navigator", { gpu });
}

describe("when WebGPU is missing, the reason", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("is the insecure page, before anything else", async () => {
    offer(undefined);
    vi.stubGlobal("isSecureContext", false);
    expect(await webgpuAvailability()).toEqual({ available: false, reason: expect.stringContaining("https") });
  });

  it("is the browser, where it has no navigator.gpu", async () => {
    offer(undefined);
    vi.stubGlobal("isSecureContext", true);
    expect(await webgpuAvailability()).toEqual({
      available: false,
      reason: expect.stringContaining("does not offer WebGPU"),
    });
  });

  it("is the runtime without a navigator", async () => {
    vi.stubGlobal("navigator", undefined);
    expect(await webgpuAvailability()).toMatchObject({ available: false });
  });

  it("is the missing GPU, where there is no adapter", async () => {
    offer({ requestAdapter: async () => null });
    expect(await webgpuAvailability()).toEqual({ available: false, reason: expect.stringContaining("found no GPU") });
  });

  it("is what the device said when it could not be opened", async () => {
    const requestDevice = () => Promise.reject(new Error("out of memory"));
    offer({ requestAdapter: async () => ({ ...adapterWith({ vendor: "nvidia" }), requestDevice }) });
    expect(await webgpuAvailability()).toEqual({
      available: false,
      reason: "The GPU of this device could not be opened: out of memory",
    });
  });

  it("is what the browser threw", async () => {
    offer({ requestAdapter: () => Promise.reject(new Error("blocked by policy")) });
    expect(await webgpuAvailability()).toEqual({ available: false, reason: "WebGPU failed: blocked by policy" });
  });
});

describe("describeAdapter", () => {
  it.each([
    ["hardware by its description", { description: "NVIDIA GeForce RTX 4070" }, "NVIDIA GeForce RTX 4070", false],
    ["hardware by what is not hidden", { vendor: "apple", architecture: "metal-3" }, "apple metal-3", false],
    ["a GPU that hides everything", {}, "GPU", false],
    ["SwiftShader", { vendor: "google", architecture: "swiftshader" }, "google swiftshader (software)", true],
    ["llvmpipe", { description: "llvmpipe (LLVM 19, 256 bits)" }, "llvmpipe (LLVM 19, 256 bits) (software)", true],
    ["Windows without a GPU", { description: "Microsoft Basic Render Driver" }, /\(software\)$/, true],
    ["a fallback adapter of any name", { vendor: "acme", isFallbackAdapter: true }, "acme (software)", true],
  ])("names %s", (_what, info, name, software) => {
    const description = describeAdapter(adapterWith(info));
    expect(description.software).toBe(software);
    expect(description.name).toMatch(name);
  });
});
