import { EngineError, type EngineIdentity } from "@convoy/engine";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { TensorDevice, Transfer } from "../tensor-device.ts";
import { useBackend } from "../use-backend.ts";
import { openWasm } from "./open-wasm.ts";

/** Of what is not TensorFlow.js's own in the arithmetic; changes whenever its rounding may. */
const KERNELS_VERSION = 1;

export async function createWasmDevice(wasmPaths: string): Promise<TensorDevice> {
  const backend = await openWasm(wasmPaths);
  const build = (await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")) ? "SIMD" : "without SIMD";
  return new WasmDevice(backend, {
    name: "tfjs-wasm",
    device: `CPU, WASM ${build}`,
    // The arithmetic of WASM is the same on every machine, so neither processor nor browser is part of it.
    fingerprint: `tfjs-wasm ${tf.version_core}, ${build}, kernels ${KERNELS_VERSION}`,
  });
}

class WasmDevice implements TensorDevice {
  readonly identity: EngineIdentity;
  readonly #backend: BackendWasm;

  constructor(backend: BackendWasm, identity: EngineIdentity) {
    this.#backend = backend;
    this.identity = identity;
  }

  activate(): void {
    if (!useBackend("wasm")) throw new EngineError("The WASM backend of TensorFlow.js is gone.");
  }

  /** Never in place: tfjs-wasm keeps the weights it has packed for a tensor for as long as the tensor lives. */
  write(tensor: tf.Tensor, values: Float32Array): tf.Tensor {
    tensor.dispose();
    return tf.tensor(values, tensor.shape, "float32");
  }

  async read(transfers: readonly Transfer[]): Promise<void> {
    for (const { tensor, target } of transfers) target.set(this.#backend.typedArrayFromHeap(tensor));
  }
}
