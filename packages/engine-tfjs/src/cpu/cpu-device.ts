import { EngineError, type EngineIdentity } from "@convoy/engine";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import type { TensorDevice, Transfer } from "../tensor-device.ts";
import { useBackend } from "../use-backend.ts";
import { portableKernels } from "./portable-kernels.ts";

/** Of what is not TensorFlow.js's own in the arithmetic; changes whenever its rounding may. */
const KERNELS_VERSION = 1;

let kernelsReplaced = false;

export function createCpuDevice(): TensorDevice {
  if (!kernelsReplaced) {
    kernelsReplaced = true;
    for (const kernel of portableKernels) {
      tf.unregisterKernel(kernel.kernelName, "cpu");
      tf.registerKernel(kernel);
    }
  }
  return new CpuDevice();
}

/** Plain JavaScript. Some fifteen times slower than WASM: for tests, and where there is nothing else. */
class CpuDevice implements TensorDevice {
  readonly identity: EngineIdentity = {
    name: "tfjs-cpu",
    device: "CPU, JavaScript",
    // What is left on the way of a gradient are operations that the language fixes to the bit.
    fingerprint: `tfjs-cpu ${tf.version_core}, kernels ${KERNELS_VERSION}`,
  };

  activate(): void {
    // Not left to the package, whose import for its side effects alone a bundler may drop.
    if (tf.findBackendFactory("cpu") === null) tf.registerBackend("cpu", () => new MathBackendCPU());
    if (!useBackend("cpu")) throw new EngineError("The JavaScript backend of TensorFlow.js is gone.");
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
    const backend = tf.findBackend("cpu") as MathBackendCPU;
    return backend.data.get(tensor.dataId).values as Float32Array;
  }
}
