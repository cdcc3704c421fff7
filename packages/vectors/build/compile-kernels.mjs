import { readFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "assemblyscript/asc";

/**
 * Compiles a folder of AssemblyScript, from its `index.ts` on, and returns the module in base64, so that whoever bundles
 * it has nothing to copy and a tab nothing to fetch.
 * @param {string} sources
 * @param {string} features of WebAssembly, with commas between them
 */
export async function compileKernels(sources, features) {
  let binary;
  const { error, stderr } = await main(
    [
      "index.ts",
      ...["--outFile", "kernels.wasm", "--optimizeLevel", "3", "--shrinkLevel", "0", "--enable", features],
      // No runtime, no allocator: who uses the module lays the memory out, of which no byte is the module's.
      ...["--runtime", "stub", "--noAssert", "--importMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
      // Modules among themselves may well exchange v128.
      ...["--disableWarning", "112"],
    ],
    {
      readFile: (name) => readSource(sources, name),
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
 * @param {string} sources
 * @param {string} name relative to `sources`; null where there is none, as the compiler expects
 */
function readSource(sources, name) {
  try {
    return readFileSync(join(sources, name.replace(/\.ts\.ts$/, ".ts")), "utf8");
  } catch {
    return null;
  }
}
