import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, test, vi } from "vitest";

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "convoy-run-program-"));
  const module = pathToFileURL(path.join(import.meta.dirname, "run-program.mjs")).href;
  writeFileSync(path.join(folder, "package.json"), '{ "scripts": { "start": "node start.mjs" } }');
  writeFileSync(
    path.join(folder, "start.mjs"),
    `import { runScript } from ${JSON.stringify(module)}; await runScript(["program.mjs"]);`,
  );
  writeFileSync(
    path.join(folder, "program.mjs"),
    `import { writeFileSync } from "node:fs";
    process.on("SIGTERM", () => { writeFileSync("ended", ""); process.exit(0); });
    setTimeout(() => process.exit(1), 30_000);
    writeFileSync("began", String(process.ppid));`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

test.skipIf(process.platform === "win32").each(/** @type {NodeJS.Signals[]} */ (["SIGTERM", "SIGHUP", "SIGKILL"]))(
  "a program ends in order when npm alone is sent %s",
  async (signal) => {
    const npm = spawn("npm", ["start"], { cwd: folder, stdio: "ignore" });
    const began = path.join(folder, "began");
    await vi.waitUntil(() => existsSync(began) && readFileSync(began, "utf8") !== "", { timeout: 20_000 });
    npm.kill(signal);
    await vi.waitUntil(() => existsSync(path.join(folder, "ended")), { timeout: 10_000 });
  },
);
