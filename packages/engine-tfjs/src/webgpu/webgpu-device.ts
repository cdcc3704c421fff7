import { EngineError, type EngineIdentity } from "@convoy/engine";
import {
  type GraphicsDevice,
  mapForReading,
  openGraphicsDevice,
  StagingBuffers,
} from "@convoy/engine-webgpu/graphics-device";
import { userAgent } from "@convoy/engine-webgpu/user-agent";
import { murmur3Text } from "@convoy/foundation";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import type { TensorDevice, Transfer } from "../tensor-device.ts";
import { useBackend } from "../use-backend.ts";
import { maxPoolGradient } from "./max-pool-gradient.ts";
import { repeatableMatrixProducts } from "./repeatable-matrix-product.ts";

/** Of what is not TensorFlow.js's own in the arithmetic; changes whenever its rounding may. */
const KERNELS_VERSION = 1;

let current: WebgpuDevice | undefined;

/** The GPU as a tensor device: the same one for every engine, until it fails. Rejects with an EngineError. */
export async function createWebgpuDevice(): Promise<TensorDevice> {
  const graphics = await openGraphicsDevice();
  if (current?.graphics !== graphics) current = new WebgpuDevice(graphics);
  return current;
}

let kernelsReplaced = false;

function replaceKernels(): void {
  if (kernelsReplaced) return;
  kernelsReplaced = true;
  for (const kernel of [maxPoolGradient, ...repeatableMatrixProducts()]) {
    tf.unregisterKernel(kernel.kernelName, "webgpu");
    tf.registerKernel(kernel);
  }
}

class WebgpuDevice implements TensorDevice {
  readonly identity: EngineIdentity;
  readonly graphics: GraphicsDevice;
  readonly #backend: WebGPUBackend;
  readonly #staging: StagingBuffers;

  /** Registers a backend on our own device: the stock one sees neither a lost device nor an error of the GPU. */
  constructor(graphics: GraphicsDevice) {
    const { device, adapter } = graphics;
    const { vendor, architecture, description } = adapter;
    const profile = [vendor, architecture, adapter.device, description].join("/");
    this.graphics = graphics;
    this.identity = {
      name: "tfjs-webgpu",
      device: adapter.name,
      // The browser and the GPU's driver compile the shaders; no page learns the driver's version.
      fingerprint: `tfjs-webgpu ${tf.version_core}, ${profile}, browser ${murmur3Text(userAgent())}, kernels ${KERNELS_VERSION}`,
    };
    replaceKernels();
    this.#staging = new StagingBuffers(device);
    this.#backend = new WebGPUBackend(device, { ...adapter } as unknown as GPUAdapterInfo);
    if (tf.findBackendFactory("webgpu") !== null) tf.removeBackend("webgpu");
    tf.registerBackend("webgpu", () => this.#backend);
  }

  activate(): void {
    if (this.graphics.failure !== undefined) throw this.graphics.failure;
    if (!useBackend("webgpu")) throw new EngineError("The WebGPU backend of TensorFlow.js is gone.");
  }

  /**
   * In place. What computes with the old values was submitted before the call that began it first waited, and the
   * queue keeps the order. Only a tensor that never was on the GPU takes its values along when it is brought there:
   * that is a copy recorded for later, which a write to the queue would overtake.
   */
  write(tensor: tf.Tensor, values: Float32Array): tf.Tensor {
    const data = this.#backend.tensorMap.get(tensor.dataId);
    if (data.resource) {
      const { buffer, byteOffset, byteLength } = values;
      this.graphics.device.queue.writeBuffer(data.resource as GPUBuffer, 0, buffer, byteOffset, byteLength);
    } else {
      data.values = values.slice();
    }
    return tensor;
  }

  /** All tensors are copied into one buffer and mapped once: each wait for the GPU costs about a millisecond. */
  async read(transfers: readonly Transfer[]): Promise<void> {
    const { device } = this.graphics;
    const size = transfers.reduce((sum, { target }) => sum + target.byteLength, 0);
    const sources = transfers.map(({ tensor }) => this.#bufferOf(tensor));
    this.#backend.ensureCommandEncoderReady();
    this.#backend.endComputePassEncoder();
    this.#backend.submitQueue();
    const staging = this.#staging.acquire(size);
    const encoder = device.createCommandEncoder();
    let offset = 0;
    transfers.forEach(({ target }, index) => {
      encoder.copyBufferToBuffer(sources[index] as GPUBuffer, 0, staging, offset, target.byteLength);
      offset += target.byteLength;
    });
    device.queue.submit([encoder.finish()]);
    await this.#map(staging, size);
    const mapped = staging.getMappedRange(0, size);
    offset = 0;
    for (const { target } of transfers) {
      target.set(new Float32Array(mapped, offset, target.length));
      offset += target.byteLength;
    }
    staging.unmap();
    this.#staging.release(staging);
  }

  /** A device that is lost or has failed rejects what waits for its buffers. */
  async #map(staging: GPUBuffer, size: number): Promise<void> {
    try {
      await mapForReading(this.graphics.device, staging, size);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw this.graphics.fail(`The GPU was lost while it computed: ${reason}`);
    }
    if (this.graphics.failure !== undefined) throw this.graphics.failure;
  }

  /** The buffer that holds the tensor's values, after bringing them to the GPU if they are still here. */
  #bufferOf(tensor: tf.Tensor): GPUBuffer {
    this.#backend.uploadToGPU(tensor.dataId);
    return this.#backend.tensorMap.get(tensor.dataId).resource as GPUBuffer;
  }
}
