export { createTfjsEngine, type TfjsBackend, type TfjsOptions } from "./create-tfjs-engine.ts";
