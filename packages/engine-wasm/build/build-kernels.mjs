/** `npm run build`: compiles `kernels/` (AssemblyScript) and writes `dist/kernels.js`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileKernels } from "@convoy/vectors/compile-kernels";

const folder = join(import.meta.dirname, "..");
const sources = join(folder, "kernels");

mkdirSync(join(folder, "dist"), { recursive: true });
const simd = await compileKernels(sources, "simd");
const relaxedSimd = await compileKernels(sources, "simd,relaxed-simd");
writeFileSync(
  join(folder, "dist/kernels.js"),
  `export const simd =\n  "${simd}";\nexport const relaxedSimd =\n  "${relaxedSimd}";\n`,
);
