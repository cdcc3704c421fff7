/** `npm run build`: one file, dist/main.js. TensorFlow.js goes in; its WASM files are found where npm installed them. */
import { join } from "node:path";
import { build } from "esbuild";

const app = join(import.meta.dirname, "..");

await build({
  entryPoints: [join(app, "src/main.ts")],
  outfile: join(app, "dist/main.js"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
  mainFields: ["module", "main"],
  external: ["socket.io-client", "commander"],
  // The WASM loader of TensorFlow.js is CommonJS and asks for Node's own modules.
  banner: {
    js: "import { createRequire as convoyRequire } from 'node:module'; import { fileURLToPath as convoyPath } from 'node:url'; const require = convoyRequire(import.meta.url); const __filename = convoyPath(import.meta.url); const __dirname = convoyPath(new URL('.', import.meta.url));",
  },
});
