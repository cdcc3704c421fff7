/** `npm run build`: dist/main.js, and the thread that it starts. Packages of this workspace are TypeScript and go in; installed ones stay out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const app = join(import.meta.dirname, "..");
const { dependencies } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"));

await build({
  entryPoints: [join(app, "src/main.ts"), join(app, "src/checkpoints/file-thread.ts")],
  outdir: join(app, "dist"),
  entryNames: "[name]",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
  external: [...Object.keys(dependencies).filter((name) => !name.startsWith("@convoy/")), "socket.io"],
});
