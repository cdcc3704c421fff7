/** What a run with two workers says of alone and together, in figures, on the page and at the terminal. */
import type { ChildProcess } from "node:child_process";
import type { RunView } from "@convoy/protocol";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CoordinatorProcess, startHeadlessWorker } from "./coordinator-process.ts";

let coordinator: CoordinatorProcess;
let browser: Browser;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  // Epochs of a hundred steps, more of them than a test can wait for.
  const size = ["--train-samples", "6400", "--test-samples", "64", "--epochs", "1000"];
  coordinator = await CoordinatorProcess.start(size);
  browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
});

afterAll(async () => {
  for (const worker of workers) worker.kill();
  await browser?.close();
  await coordinator?.stop();
});

type Measured = RunView & { readonly together: NonNullable<RunView["together"]> };

/** Speeds are of the last seconds, and of not quite the same: on a busy machine they differ. */
const SLACK = 3;

function expectSense({ together, workers, samplesPerSecond }: Measured): void {
  const shares = [together.time, ...workers.flatMap(({ time }) => time ?? [])];
  for (const { computing, sending, waiting, adding } of shares) {
    for (const share of [computing, sending, waiting, adding]) expect(share).toBeGreaterThanOrEqual(0);
    expect(computing + sending + waiting + adding).toBeCloseTo(1, 9);
    expect(computing).toBeGreaterThan(0);
    expect(sending).toBeGreaterThan(0);
    expect(adding).toBeGreaterThan(0);
  }
  const solo = workers.map(({ soloSamplesPerSecond }) => soloSamplesPerSecond ?? 0);
  expect(together.aloneSamplesPerSecond).toBe(Math.max(...solo));
  expect(together.mostSamplesPerSecond).toBeCloseTo(
    solo.reduce((sum, speed) => sum + speed, 0),
    3,
  );
  expect(samplesPerSecond).toBeGreaterThan(0);
  expect(samplesPerSecond).toBeLessThan(SLACK * together.mostSamplesPerSecond);
  expect(together.efficiency).toBeCloseTo(Math.min(1, samplesPerSecond / together.mostSamplesPerSecond), 9);
}

async function measured(workerCount: number): Promise<Measured> {
  const isSo = ({ together }: RunView) => together?.workerCount === workerCount;
  return (await coordinator.runUntil(`the figures of ${workerCount} workers`, isSo)) as Measured;
}

test("[V8] [V9] one worker is measured alone, two beside each other", async () => {
  workers.push(startHeadlessWorker(coordinator.url, "Desk"));
  const one = await measured(1);
  expectSense(one);
  expect(one.together).toMatchObject({ verdict: "single", quickest: "Desk" });

  workers.push(startHeadlessWorker(coordinator.url, "Shelf"));
  const two = await measured(2);
  expectSense(two);
  expect(two.together.verdict).not.toBe("single");
  expect(two.together.sentence).toContain("Together the 2 workers are");

  const page = await browser.newPage();
  await page.goto(coordinator.url);
  const card = page.getByRole("region", { name: "Alone and together" });
  await card.getByText("Together the 2 workers are").waitFor();
  await card.getByRole("img", { name: /^Where the time goes: computing \d+%, sending/ }).waitFor();
  await card.getByText("Show each worker").click();
  for (const name of ["Desk", "Shelf", "All, each counted by its speed"])
    await card.getByRole("rowheader", { name }).first().waitFor();

  // At the end of an epoch the terminal says the same.
  await coordinator.runUntil("a judgement in the log", () =>
    coordinator.output().includes("Together the 2 workers are"),
  );
});
