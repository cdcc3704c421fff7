import * as tf from "@tensorflow/tfjs-core";

/**
 * Makes a backend that is registered and initialised the current one. `tf.setBackend` is asynchronous for the sake of
 * those that are not; for the others it takes effect before it returns. Switching sets up all kernels anew, so it is
 * skipped where there is nothing to switch. Returns whether the backend is the current one now.
 */
export function useBackend(name: string): boolean {
  if (tf.getBackend() === name) return true;
  if (tf.findBackendFactory(name) === null) return false;
  // Rejects only for a name that is not registered.
  void tf.setBackend(name);
  return tf.getBackend() === name && tf.findBackend(name) !== null;
}
