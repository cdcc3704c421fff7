import type { EngineIdentity } from "@convoy/engine";
import type { Tensor } from "@tensorflow/tfjs-core";

/** A float32 tensor to be read, and where its values go. Both have the same number of elements. */
export interface Transfer {
  readonly tensor: Tensor;
  readonly target: Float32Array;
}

/** What differs between the backends of TensorFlow.js: how they are chosen, and how values get in and out quickly. */
export interface TensorDevice {
  readonly identity: EngineIdentity;
  /**
   * Makes this backend the one that operations run on. TensorFlow.js has a single current backend for the whole
   * process, so this comes before every synchronous run of operations. Throws an EngineError when the device is gone.
   */
  activate(): void;
  /**
   * Gives a float32 tensor new values, and returns the tensor that has them: the same one where the backend can
   * overwrite it, otherwise a new one, and the old one is gone.
   */
  write(tensor: Tensor, values: Float32Array): Tensor;
  /**
   * Copies out all tensors in one go. The tensors may be disposed of as soon as this has returned its promise.
   * Rejects with an EngineError.
   */
  read(transfers: readonly Transfer[]): Promise<void>;
}
