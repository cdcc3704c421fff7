import type { EngineFactory } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import "./register.ts";
import type { TensorDevice } from "./tensor-device.ts";
import { TfjsEngine } from "./tfjs-engine.ts";

export type TfjsBackend = "webgpu" | "wasm" | "cpu";

export interface TfjsOptions {
  /**
   * The folder with the `.wasm` files of tfjs-backend-wasm, with a slash at the end: an address in a browser, a path
   * in Node (see `wasmDirectory`). Needed for the backend "wasm" alone; the first engine's is the process's.
   */
  readonly wasmPaths?: string;
}

/**
 * Engines on one backend of TensorFlow.js. A backend is opened with its first engine and stays open for the life of
 * the process, so that the engine that follows a self-test starts at once; an engine that is disposed of frees its
 * tensors only. The factory rejects with an EngineError when the backend cannot be had.
 */
export function createTfjsEngine(backend: TfjsBackend, options: TfjsOptions = {}): EngineFactory {
  return async (task) => new TfjsEngine(task, await openDevice(backend, options));
}

async function openDevice(backend: TfjsBackend, { wasmPaths }: TfjsOptions): Promise<TensorDevice> {
  switch (backend) {
    case "cpu": {
      const { createCpuDevice } = await import("./cpu/cpu-device.ts");
      return createCpuDevice();
    }
    case "wasm": {
      assert(wasmPaths !== undefined, "the wasm backend needs to be told where its .wasm files are");
      const { createWasmDevice } = await import("./wasm/wasm-device.ts");
      return createWasmDevice(wasmPaths);
    }
    case "webgpu": {
      const { createWebgpuDevice } = await import("./webgpu/webgpu-device.ts");
      return createWebgpuDevice();
    }
  }
}
