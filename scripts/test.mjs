import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { runCommand } from "./failure.mjs";
import { obtainChromium } from "./obtain-chromium.mjs";
import { runScript } from "./run-program.mjs";
import { setUp } from "./setup.mjs";
import { stage } from "./stage.mjs";

/** @type {import("./count-reporter.mjs").Counts} */
let counts = { passed: 0, failed: 1, skipped: 0 }; // until Vitest has said otherwise
try {
  await runCommand(async () => {
    await setUp();
    const chromium = await stage("Chromium", obtainChromium, (path) => path);
    await build();
    counts = await runTests(chromium, process.argv.slice(2));
    return counts.failed === 0 ? 0 : 1;
  });
} finally {
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
}

/**
 * @param {string} chromium
 * @param {string[]} args
 */
async function runTests(chromium, args) {
  const folder = mkdtempSync(join(tmpdir(), "convoy-test-"));
  const countsFile = join(folder, "counts.json");
  const reporters = args.some((arg) => arg.startsWith("--reporter")) ? [] : ["--reporter=default"];
  try {
    const { code } = await runScript(
      ["node_modules/vitest/vitest.mjs", "run", ...reporters, "--reporter=./scripts/count-reporter.mjs", ...args],
      { env: { CONVOY_CHROMIUM: chromium, CONVOY_TEST_COUNTS: countsFile } },
    );
    const found = readCounts(countsFile);
    return code !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found; // a crash, or no test at all
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} path
 * @returns {import("./count-reporter.mjs").Counts}
 */
function readCounts(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }; // Vitest ended before it could report
  }
}
