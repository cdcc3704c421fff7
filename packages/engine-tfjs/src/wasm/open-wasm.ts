import { EngineError } from "@convoy/engine";
import { type BackendWasm, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import {
  env,
  findBackendFactory,
  registerBackend,
  registerKernel,
  removeBackend,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { convolutionFilterGradient } from "./convolution-filter-gradient.ts";
import { maxPoolGradient } from "./max-pool-gradient.ts";

let opened: Promise<BackendWasm> | undefined;

/**
 * Loads the WASM module, once for the whole process, and makes it the backend "wasm".
 * Rejects with an EngineError when it cannot be loaded.
 */
export function openWasm(wasmPaths: string): Promise<BackendWasm> {
  opened ??= load(wasmPaths).catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function load(wasmPaths: string): Promise<BackendWasm> {
  const removeListeners = rememberListeners();
  try {
    // The build with threads needs a cross-origin isolated page and gives no speed; data parallelism does.
    env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    setWasmPaths(wasmPaths);
    // Through tf.setBackend, the reason of a failure would only reach the console.
    const backend = (await findBackendFactory("wasm")()) as BackendWasm;
    removeBackend("wasm");
    registerBackend("wasm", () => backend);
    registerKernel(convolutionFilterGradient);
    unregisterKernel(maxPoolGradient.kernelName, "wasm");
    registerKernel(maxPoolGradient);
    return backend;
  } catch (error) {
    const reason = (error as { message?: string } | undefined)?.message ?? String(error);
    throw new EngineError(`The WebAssembly module of TensorFlow.js could not be loaded from ${wasmPaths}: ${reason}`);
  } finally {
    removeListeners();
  }
}

/**
 * In Node, the module's loader leaves listeners on the process that throw every unhandled rejection and uncaught
 * error again, over the head of the program's own listeners. The function that is returned takes them away.
 */
function rememberListeners(): () => void {
  const { process } = globalThis as { process?: ProcessEvents };
  if (typeof process?.rawListeners !== "function") return () => {};
  const events = ["uncaughtException", "unhandledRejection"];
  const before = events.map((event) => process.rawListeners(event));
  return () => {
    events.forEach((event, index) => {
      for (const listener of process.rawListeners(event)) {
        if (!before[index]?.includes(listener)) process.removeListener(event, listener);
      }
    });
  };
}

interface ProcessEvents {
  rawListeners(event: string): readonly unknown[];
  removeListener(event: string, listener: unknown): void;
}
