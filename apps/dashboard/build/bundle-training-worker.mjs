import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { build, context } from "esbuild";

const app = join(import.meta.dirname, "..");
const folder = join(app, "public/worker");

const options = {
  entryPoints: [join(app, "training-worker/main.ts")],
  outdir: folder,
  entryNames: "training-worker",
  chunkNames: "training-worker/[name]-[hash]",
  bundle: true,
  // What is imported when it is needed becomes a file of its own.
  splitting: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  sourcemap: true,
  logLevel: "warning",
};

/** TensorFlow.js loads these by name, from the folder of the script. */
const wasmFiles = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];

/**
 * Writes `public/worker/training-worker.js` with the WASM files beside it, and what it imports later in a folder of its
 * name. Outside of Next.js, because its bundler has broken workers in production builds more than once, and because the
 * pages must not carry TensorFlow.js. Returns what names these scripts by their content.
 */
export async function bundleTrainingWorker() {
  await rm(folder, { recursive: true, force: true });
  await copyWasmFiles();
  await build(options);
  // It names the others, which are called by their content.
  const script = await readFile(join(folder, "training-worker.js"));
  return createHash("sha256").update(script).digest("hex").slice(0, 16);
}

/** The same, again whenever a source changes. Returns what ends it. */
export async function watchTrainingWorker() {
  await copyWasmFiles();
  const watching = await context(options);
  await watching.watch();
  return () => watching.dispose();
}

async function copyWasmFiles() {
  await mkdir(folder, { recursive: true });
  // Resolved from the package that depends on it: where npm puts it is npm's affair.
  const require = createRequire(join(app, "../../packages/engine-tfjs/package.json"));
  await Promise.all(
    wasmFiles.map((file) => {
      const source = require.resolve(`@tensorflow/tfjs-backend-wasm/dist/${file}`);
      return copyFile(source, join(folder, basename(source)));
    }),
  );
}
