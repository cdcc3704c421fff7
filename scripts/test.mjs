import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { runCommand } from "./failure.mjs";
import { obtainChromium } from "./obtain-chromium.mjs";
import { runScript } from "./run-program.mjs";
import { setUp } from "./setup.mjs";
import { stage } from "./stage.mjs";

await runCommand(async () => {
  try {
    await setUp();
    const chromium = await stage("Chromium", obtainChromium, (path) => path);
    await build();
    return await runTests(chromium, process.argv.slice(2));
  } catch (error) {
    printClosingLine({ passed: 0, failed: 1, skipped: 0 });
    throw error;
  }
});

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
    const counts = readCounts(countsFile);
    if (code !== 0 && counts.failed === 0) counts.failed = 1; // a crash, or no test at all
    printClosingLine(counts);
    return counts.failed === 0 ? 0 : 1;
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

/** @param {import("./count-reporter.mjs").Counts} counts */
function printClosingLine({ passed, failed, skipped }) {
  const rest = skipped === 0 ? "" : `, ${skipped} skipped`;
  process.stdout.write(`\n${passed} passed, ${failed} failed${rest}\n`);
}
