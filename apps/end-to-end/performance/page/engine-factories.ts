/** Every engine that a tab may have, in each of its builds. */

import type { EngineFactory } from "@convoy/engine";
import { createTfjsEngine } from "@convoy/engine-tfjs";
import {
  createThreadedEngine,
  createWasmEngine,
  openWebThread,
  serveThread,
  THREAD_NAME,
  webThreadPort,
} from "@convoy/engine-wasm";
import { createWebgpuEngine } from "@convoy/engine-webgpu";

const openThread = () => openWebThread(self.location.href);

export const engineFactories = {
  wasm: createWasmEngine(),
  "wasm, fused": createWasmEngine({ build: "relaxed-simd" }),
  "wasm, 2 threads": createThreadedEngine({ threads: 2, openThread }),
  webgpu: createWebgpuEngine(),
  "tfjs-wasm": createTfjsEngine("wasm", { wasmPaths: new URL("./", self.location.href).href }),
  "tfjs-webgpu": createTfjsEngine("webgpu"),
} as const satisfies Readonly<Record<string, EngineFactory>>;
export type BrowserEngine = keyof typeof engineFactories;

/** Answers each request by one message; in a thread that an engine opened, serves that engine instead. */
export function answerRequests<Request>(answer: (request: Request) => Promise<unknown>): void {
  if (self.name === THREAD_NAME) {
    serveThread(webThreadPort());
    return;
  }
  addEventListener("message", async ({ data }: MessageEvent<Request>) => {
    try {
      postMessage({ result: await answer(data) });
    } catch (error) {
      postMessage({ error: error instanceof Error ? error.message : String(error) });
    }
  });
}
