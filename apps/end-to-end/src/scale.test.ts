/** The quick form of `npm run bench:scale`: virtual time, in which a step takes what its parts take. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../../..");

async function overLinks(...options: string[]) {
  const program = [
    "scripts/run-source.mjs",
    "apps/coordinator/scaling/run-over-links.ts",
    "--virtual",
    "--network-alone",
  ];
  // What travels in each step is known of the strategy that has one exchange in each.
  const args = [...program, ...options, "--", "--strategy", "sync"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, number>;
}

test("over an emulated link a step takes the engine's time, what its bytes take, and two delays", async () => {
  const link = ["--delay", "20", "--up", "10", "--down", "50", "--step-ms", "8"];
  const { samplesPerSecond, upBytes, downBytes } = await overLinks(...link, "--warm-up", "2", "--seconds", "20");
  // Parameters there, a gradient back, the headers of their segments, and little else.
  for (const bytes of [upBytes, downBytes]) {
    expect(bytes).toBeGreaterThan(1.03 * 4 * 44_426);
    expect(bytes).toBeLessThan(1.06 * 4 * 44_426);
  }
  const stepMs = 8 + 2 * 20 + (8 * (upBytes as number)) / 10_000 + (8 * (downBytes as number)) / 50_000;
  expect((1000 * 64) / (samplesPerSecond as number) / stepMs).toBeCloseTo(1, 1);
});

const shared = (figures: Record<string, number>) => (figures.upBytes as number) + (figures.downBytes as number);

test("several workers share a medium", async () => {
  const crew = ["--workers", "4", "--delay", "1", "--shared", "100", "--warm-up", "2", "--seconds", "5"];
  const figures = await overLinks(...crew);
  const stepsOfMedium = 100e6 / 8 / shared(figures);
  expect(figures.stepsPerSecond).toBeLessThan(stepsOfMedium);
  expect(figures.stepsPerSecond).toBeGreaterThan(0.7 * stepsOfMedium);
});

test("in the first epoch samples travel too, compressed", async () => {
  const times = ["--warm-up", "2", "--seconds", "5"];
  const more = shared(await overLinks(...times, "--first-epoch")) - shared(await overLinks(...times));
  // What deflate makes of the 784 pixels of a built-in digit, a label, and what is asked for it.
  expect(more).toBeGreaterThan(240 * 64);
  expect(more).toBeLessThan(290 * 64);
});
