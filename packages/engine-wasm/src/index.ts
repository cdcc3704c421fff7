export { createWasmEngine, type WasmOptions } from "./wasm-engine.ts";
