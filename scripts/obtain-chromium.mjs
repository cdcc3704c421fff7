import { findChromium } from "./chromium.mjs";
import { Failure } from "./failure.mjs";
import { runProgram, runScript } from "./run-program.mjs";

/**
 * The Chromium of this machine, else Debian's package where we may install it, else Playwright's download.
 * @returns {Promise<string>} its path
 */
export async function obtainChromium() {
  for (const attempt of [async () => {}, installPackage, download]) {
    await attempt();
    const path = findChromium();
    if (path !== undefined) return path;
  }
  throw new Failure(
    "The tests need Chrome or Chromium and none could be found or installed: install one, or name its path in CONVOY_CHROMIUM.",
  );
}

/** Full Chromium in its new headless mode: the smaller headless shell has no WebGPU. */
async function download() {
  await runScript(["node_modules/playwright/cli.js", "install", "--no-shell", "chromium"], { quiet: true });
}

async function installPackage() {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return;
  const options = { quiet: true, env: { DEBIAN_FRONTEND: "noninteractive" } };
  try {
    await runProgram("apt-get", ["update"], options);
    await runProgram("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error; // a Linux without apt-get: the download is next
  }
}
