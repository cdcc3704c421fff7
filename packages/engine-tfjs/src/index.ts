export { createTfjsEngine, type TfjsBackend, type TfjsOptions } from "./create-tfjs-engine.ts";
export type { AdapterDescription } from "./webgpu/adapter-description.ts";
export { type WebgpuAvailability, webgpuAvailability } from "./webgpu/webgpu-availability.ts";
