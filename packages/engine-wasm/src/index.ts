export { quickestBuild } from "./quickest-build.ts";
export { createQuickestEngine, type QuickestOptions, threadCounts } from "./threads/quickest-engine.ts";
export { serveThread } from "./threads/serve-thread.ts";
export { createThreadedEngine, type ThreadedOptions } from "./threads/threaded-engine.ts";
export { openWebThread, THREAD_NAME, webThreadPort } from "./threads/web-thread.ts";
export { createWasmEngine, memoryBytesFor, type WasmOptions } from "./wasm-engine.ts";
