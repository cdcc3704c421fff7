/** `npm run build`: compiles `kernels/` (AssemblyScript) and writes `dist/kernels.js`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileKernels } from "./compile-kernels.mjs";

const folder = join(import.meta.dirname, "..");
const binary = await compileKernels(join(folder, "kernels"), "simd");
mkdirSync(join(folder, "dist"), { recursive: true });
writeFileSync(
  join(folder, "dist/kernels.js"),
  `export const kernels = Uint8Array.from(atob(\n  "${binary}",\n), (character) => character.charCodeAt(0));\n`,
);
