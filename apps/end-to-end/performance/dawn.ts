/** WebGPU without a browser: Dawn, which is Chromium's, in this process. */
import { createRequire } from "node:module";

interface DawnPackage {
  create(options: readonly string[]): GPU;
  readonly globals: object;
}

/** Puts WebGPU where browsers have it. The package is large and only for benches, so it is not installed with the rest. */
export function openDawn(root: string): void {
  const { create, globals } = load(root);
  Object.assign(globalThis, globals);
  const navigator = { gpu: create([]), userAgent: `Node.js ${process.version}, Dawn` };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
}

function load(root: string): DawnPackage {
  try {
    return createRequire(`${root}/package.json`)("webgpu") as DawnPackage;
  } catch (error) {
    throw new Error("Dawn is not installed: run `npm install --no-save webgpu@0.6.2` first.", { cause: error });
  }
}
