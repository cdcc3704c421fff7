import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumArguments, findChromium } from "./scripts/chromium.mjs";

const source = "{packages,apps}/*/src/**";
const chromium = findChromium() ?? "";

/** Of real processes without a browser, and of nothing that is measured in time. Most of them mostly wait. */
const processes = [
  "bars",
  "churn",
  "ending",
  "frames",
  "headless-worker",
  "heap-census",
  "large-vector",
  "letting-in",
  "reproduce",
  "reproduce-options",
  "reproduce-seeds",
  "results",
  "scale",
  "starting",
].map((name) => `apps/end-to-end/src/${name}.test.ts`);

/** Each file has a process of its own: TensorFlow.js has its back ends in globals, the others look at memory or at the network's timers. */
const apart = [
  "packages/engine-tfjs/src/**/*.test.ts",
  "packages/worker/src/shard-by-shard-engine.test.ts",
  "packages/worker/src/parameter-download.test.ts",
  "packages/transport/src/large-vectors.test.ts",
  "packages/transport/src/memory.test.ts",
];

const inNode = {
  environment: "node",
  testTimeout: 60_000, // a busy machine is slow, not wrong
  maxWorkers: "100%", // unless told, one core is left free: half of two
  sequence: { groupOrder: 0 },
} as const;

const drawnDigits = "apps/end-to-end/src/drawn-digits.ts";

/**
 * The groups run one after the other: what is measured or waits in a browser must not share two cores with much else. Only
 * what mostly waits runs beside the browser's tests, which mostly wait for the compiler of an imitated GPU.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...inNode,
          name: "node",
          include: [`${source}/*.test.ts`, "scripts/*.test.mjs"],
          exclude: ["**/*.browser.test.ts", "apps/end-to-end/**", ...apart],
          // Loading everything anew for each of two hundred files takes as long as half of the tests.
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
        },
      },
      { test: { ...inNode, name: "node-apart", include: apart, exclude: ["**/*.browser.test.ts"] } },
      {
        test: {
          name: "browser",
          include: [`${source}/*.browser.test.ts`],
          exclude: ["apps/end-to-end/**"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          browser: {
            enabled: true,
            headless: true,
            ui: false,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromium, args: chromiumArguments } }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        test: {
          name: "processes",
          environment: "node",
          include: processes,
          globalSetup: drawnDigits,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "end-to-end",
          environment: "node",
          include: ["apps/end-to-end/src/**/*.test.ts"],
          exclude: processes,
          globalSetup: drawnDigits,
          env: { CONVOY_CHROMIUM: chromium, CONVOY_CHROMIUM_ARGUMENTS: chromiumArguments.join(" ") },
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
