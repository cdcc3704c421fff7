export type { AdapterDescription } from "./device/adapter-description.ts";
export { type WebgpuAvailability, webgpuAvailability } from "./device/webgpu-availability.ts";
export { createWebgpuEngine } from "./webgpu-engine.ts";
