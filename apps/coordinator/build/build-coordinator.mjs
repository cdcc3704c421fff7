/**
 * `npm run build`: dist/main.js, the threads that it starts, and what it loads only when it is needed. Packages of this
 * workspace are TypeScript and go in; installed ones stay out.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const app = join(import.meta.dirname, "..");
const { dependencies } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"));

// Parts have names that change with their content; older ones would pile up.
rmSync(join(app, "dist"), { recursive: true, force: true });
await build({
  entryPoints: ["main.ts", "checkpoints/file-thread.ts", "plane/plane-thread.ts"].map((entry) =>
    join(app, "src", entry),
  ),
  outdir: join(app, "dist"),
  entryNames: "[name]",
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
  external: [...Object.keys(dependencies).filter((name) => !name.startsWith("@convoy/")), "socket.io"],
});
