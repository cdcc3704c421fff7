import { EngineError, type EngineIdentity } from "@convoy/engine";
import "@tensorflow/tfjs-backend-cpu";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import type { TensorDevice, Transfer } from "../tensor-device.ts";
import { useBackend } from "../use-backend.ts";
import { userAgent } from "../user-agent.ts";

export function createCpuDevice(): TensorDevice {
  return new CpuDevice();
}

/** Plain JavaScript. Some fifteen times slower than WASM: for tests, and where there is nothing else. */
class CpuDevice implements TensorDevice {
  readonly identity: EngineIdentity = {
    name: "tfjs-cpu",
    device: "CPU, JavaScript",
    // exp is the browser's own.
    fingerprint: `tfjs-cpu ${tf.version_core}, ${userAgent()}`,
  };
  #backend: MathBackendCPU | undefined;

  activate(): void {
    if (!useBackend("cpu")) throw new EngineError("The JavaScript backend of TensorFlow.js is gone.");
    this.#backend = tf.findBackend("cpu") as MathBackendCPU;
  }

  write(tensor: tf.Tensor, values: Float32Array): tf.Tensor {
    this.#values(tensor).set(values);
    return tensor;
  }

  async read(transfers: readonly Transfer[]): Promise<void> {
    for (const { tensor, target } of transfers) target.set(this.#values(tensor));
  }

  /** The array that holds the tensor's values. */
  #values(tensor: tf.Tensor): Float32Array {
    return this.#backend?.data.get(tensor.dataId).values as Float32Array;
  }
}
