/**
 * Runs a TypeScript program of this repository: Node 20 cannot, so it is bundled first, beside its package's other
 * builds. `node scripts/run-source.mjs [--node-option=…] <entry.ts> [arguments]`.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { buildKernels } from "./build.mjs";
import { chromiumArguments, findChromium } from "./chromium.mjs";
import { Failure, runCommand } from "./failure.mjs";
import { runScript } from "./run-program.mjs";
import { root, setUp } from "./setup.mjs";

const commonJsInModules =
  "import { createRequire as convoyRequire } from 'node:module'; import { fileURLToPath as convoyPath } from 'node:url'; const require = convoyRequire(import.meta.url); const __filename = convoyPath(import.meta.url); const __dirname = convoyPath(new URL('.', import.meta.url));";

await runCommand(async () => {
  const all = process.argv.slice(2);
  const nodeOptions = all.slice(
    0,
    all.findIndex((arg) => !arg.startsWith("-")),
  );
  const [entry, ...args] = all.slice(nodeOptions.length);
  if (entry === undefined) throw new Failure("Name the program to run: node scripts/run-source.mjs <entry.ts>.");
  const from = process.cwd();
  await setUp();
  await buildKernels();
  const program = await bundle(resolve(from, entry));
  const { code } = await runScript([...nodeOptions, program, ...args], {
    env: { CONVOY_CHROMIUM: findChromium() ?? "", CONVOY_CHROMIUM_ARGUMENTS: chromiumArguments.join(" ") },
  });
  return code;
});

/**
 * Packages of this workspace are TypeScript and go in, and TensorFlow.js, which Node cannot load piecemeal; installed
 * ones stay out.
 * @param {string} entry
 */
async function bundle(entry) {
  const { build } = await import("esbuild");
  const app = packageFolder(dirname(entry));
  const outfile = join(app, "dist", "programs", `${basename(entry, ".ts")}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: true,
    logLevel: "warning",
    mainFields: ["module", "main"],
    // The WASM loader of TensorFlow.js is CommonJS and asks for Node's own modules.
    banner: { js: commonJsInModules },
    plugins: [{ name: "installed packages stay out", setup: leaveInstalledOut }],
  });
  return outfile;
}

/** @param {import("esbuild").PluginBuild} build */
function leaveInstalledOut(build) {
  build.onResolve({ filter: /^[^./#]/ }, ({ path, kind }) =>
    kind === "entry-point" || /^@(convoy|tensorflow)\//.test(path) ? undefined : { path, external: true },
  );
}

/**
 * The folder of the package that a file belongs to.
 * @param {string} folder
 * @returns {string}
 */
function packageFolder(folder) {
  try {
    readFileSync(join(folder, "package.json"));
    return folder;
  } catch {
    return folder === root || folder === dirname(folder) ? root : packageFolder(dirname(folder));
  }
}
