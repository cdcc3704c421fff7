import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const app = join(import.meta.dirname, "..");

/** Runs Next.js in this app and resolves to its exit code. It tells nobody about it: the build works without a network. */
export function runNext(args) {
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const child = spawn(process.execPath, [next, ...args], {
    cwd: app,
    stdio: "inherit",
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
  });
  // Whoever ends this process means Next.js too.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
