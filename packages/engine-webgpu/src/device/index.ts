export type { AdapterDescription } from "./adapter-description.ts";
export { type GraphicsDevice, openGraphicsDevice } from "./graphics-device.ts";
export { mapForReading } from "./map-for-reading.ts";
export { StagingBuffers } from "./staging-buffers.ts";
export { type WebgpuAvailability, webgpuAvailability } from "./webgpu-availability.ts";
