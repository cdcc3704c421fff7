import { writeFileSync } from "node:fs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** Writes how many tests passed, failed and were skipped into the file that `CONVOY_TEST_COUNTS` names. */
export default class CountReporter {
  /**
   * @param {readonly import("vitest/node").TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const path = process.env.CONVOY_TEST_COUNTS;
    if (path !== undefined) writeFileSync(path, JSON.stringify(count(modules, unhandledErrors.length)));
  }
}

/**
 * A file or suite that broke outside its tests counts as one failed test, and so does an error that no test caught.
 * @param {readonly import("vitest/node").TestModule[]} modules
 * @param {number} unhandledErrorCount
 * @returns {Counts}
 */
function count(modules, unhandledErrorCount) {
  const counts = { passed: 0, failed: unhandledErrorCount, skipped: 0 };
  for (const module of modules) {
    for (const suite of [module, ...module.children.allSuites()]) if (suite.errors().length > 0) counts.failed++;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === "pending" ? "skipped" : state]++;
    }
  }
  return counts;
}
