export {
  type AdapterDescription,
  type WebgpuAvailability,
  webgpuAvailability,
} from "@convoy/engine-webgpu/graphics-device";
export { createTfjsEngine, type TfjsBackend, type TfjsOptions } from "./create-tfjs-engine.ts";
