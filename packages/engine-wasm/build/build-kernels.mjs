/**
 * `npm run build`: compiles `kernels/` (AssemblyScript) and writes `dist/kernels.js`, the modules in base64, so that
 * whoever bundles a worker has nothing to copy and a tab nothing to fetch.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "assemblyscript/asc";

const folder = join(import.meta.dirname, "..");
const sources = join(folder, "kernels");

mkdirSync(join(folder, "dist"), { recursive: true });
const simd = await compile("simd");
const relaxedSimd = await compile("simd,relaxed-simd");
writeFileSync(
  join(folder, "dist/kernels.js"),
  `export const simd =\n  "${simd}";\nexport const relaxedSimd =\n  "${relaxedSimd}";\n`,
);

/** @param {string} features */
async function compile(features) {
  let binary;
  const { error, stderr } = await main(
    [
      "index.ts",
      ...["--outFile", "kernels.wasm", "--optimizeLevel", "3", "--shrinkLevel", "0", "--enable", features],
      // No runtime, no allocator: the engine lays the memory out itself, of which no byte is the module's.
      ...["--runtime", "stub", "--noAssert", "--importMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
      // Modules among themselves may well exchange v128.
      ...["--disableWarning", "112"],
    ],
    {
      readFile: (name) => readSource(name),
      listFiles: () => [],
      writeFile: (name, content) => {
        if (name === "kernels.wasm") binary = content;
      },
    },
  );
  if (error !== null || binary === undefined) throw new Error(`The kernels do not compile:\n${stderr.toString()}`);
  return Buffer.from(binary).toString("base64");
}

/**
 * Imports here name files in full, to which the compiler adds another ".ts".
 * @param {string} name relative to `kernels/`; null where there is none, as the compiler expects
 */
function readSource(name) {
  try {
    return readFileSync(join(sources, name.replace(/\.ts\.ts$/, ".ts")), "utf8");
  } catch {
    return null;
  }
}
