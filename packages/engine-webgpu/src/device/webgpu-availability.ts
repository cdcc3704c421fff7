import { EngineError } from "@convoy/engine";
import type { AdapterDescription } from "./adapter-description.ts";
import { openGraphicsDevice } from "./graphics-device.ts";

export type WebgpuAvailability =
  | { readonly available: true; readonly adapter: AdapterDescription }
  /** The reason is a sentence for people. */
  | { readonly available: false; readonly reason: string };

/**
 * Whether this browser gives us a GPU, by opening it: an adapter alone is no proof. The device that is opened here is
 * the one that a later engine uses. Never rejects.
 */
export async function webgpuAvailability(): Promise<WebgpuAvailability> {
  try {
    return { available: true, adapter: (await openGraphicsDevice()).adapter };
  } catch (error) {
    if (error instanceof EngineError) return { available: false, reason: error.message };
    return { available: false, reason: `WebGPU failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
