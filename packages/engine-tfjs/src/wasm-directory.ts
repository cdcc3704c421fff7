import { createRequire } from "node:module";
import path from "node:path";

/**
 * Node only: the folder in which tfjs-backend-wasm was installed, with a slash at the end; for `wasmPaths`, and for
 * builds that copy its `.wasm` files beside a page.
 */
export function wasmDirectory(): string {
  const { resolve } = createRequire(import.meta.url);
  const manifest = resolve("@tensorflow/tfjs-backend-wasm/package.json");
  return path.join(path.dirname(manifest), "dist", path.sep);
}
