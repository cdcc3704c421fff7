import { EngineError } from "@convoy/engine";
import { type AdapterDescription, describeAdapter } from "./adapter-description.ts";
import { firstLine } from "./first-line.ts";
import { missingAdapter, missingWebgpu } from "./missing-webgpu.ts";
import { userAgent } from "./user-agent.ts";

/** The limits that tfjs-backend-webgpu raises from their defaults, so that large layers fit. */
const RAISED_LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/** A GPU that was opened. Once anything has gone wrong on it, nothing it gives can be trusted: it has failed for good. */
export class GraphicsDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterDescription;
  /** Rejects with the reason when the device fails; never resolves. */
  readonly failed: Promise<never>;
  #failure: EngineError | undefined;
  #reject: (failure: EngineError) => void = () => {};

  constructor(device: GPUDevice, adapter: AdapterDescription) {
    this.device = device;
    this.adapter = adapter;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Whoever waits on it hears of it; that nobody does is no error.
    this.failed.catch(() => {});
    device.lost.then(({ message }) => this.fail(`The GPU was lost${message === "" ? "" : `: ${message}`}`));
    // Without a listener, a faulty dispatch shows only as zeros in the results.
    device.addEventListener("uncapturederror", ({ error }) =>
      this.fail(`The GPU reported an error: ${firstLine(error.message)}`),
    );
  }

  get failure(): EngineError | undefined {
    return this.#failure;
  }

  /** Ends the device with a sentence for people. Only the first reason counts. */
  fail(reason: string): EngineError {
    if (this.#failure === undefined) {
      this.#failure = new EngineError(reason);
      this.#reject(this.#failure);
      this.device.destroy();
    }
    return this.#failure;
  }
}

let opened: Promise<GraphicsDevice> | undefined;

/**
 * Opens the GPU, once for the whole process; again only when the one before has failed. Rejects with an EngineError
 * that says what is missing.
 */
export function openGraphicsDevice(): Promise<GraphicsDevice> {
  opened ??= request().then(
    (graphics) => {
      graphics.failed.catch(() => {
        opened = undefined;
      });
      return graphics;
    },
    (error) => {
      opened = undefined;
      throw error;
    },
  );
  return opened;
}

async function request(): Promise<GraphicsDevice> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  const missing = missingWebgpu({
    isSecure: globalThis.isSecureContext !== false,
    isOffered: Boolean(gpu),
    userAgent: userAgent(),
    touchPoints: 0,
  });
  if (missing !== null) throw new EngineError(missing.sentence);
  const adapter = await (gpu as GPU).requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new EngineError(missingAdapter(userAgent()));
  try {
    const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((limit) => [limit, adapter.limits[limit]]));
    return new GraphicsDevice(await adapter.requestDevice({ requiredLimits }), describeAdapter(adapter));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(`The GPU of this device could not be opened: ${reason}`);
  }
}
