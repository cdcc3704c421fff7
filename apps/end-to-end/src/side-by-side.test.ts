/** Workers that learn side by side, as a run does unless it is asked for something else. */
import { type Browser, chromium } from "playwright";
import { afterEach, expect, test } from "vitest";
import { Lives } from "../reliability/lives.ts";

const open: Lives[] = [];
const browsers: Browser[] = [];
afterEach(async () => {
  for (const browser of browsers.splice(0)) await browser.close();
  for (const lives of open.splice(0)) await lives.close();
});

/** The loss of every step, in order. */
function lossesOf(lives: Lives): number[] {
  const rows = Buffer.from(lives.current.read("losses.csv")).toString().trim().split("\n").slice(1);
  return rows.map((row, index) => {
    const [step, loss] = row.split(",").map(Number);
    expect(step).toBe(index + 1);
    return loss as number;
  });
}

async function begun(...args: string[]): Promise<Lives> {
  const lives = new Lives([...args, "--epochs", "1", "--checkpoint-seconds", "1"], open[0] ?? null);
  open.push(lives);
  await lives.begin();
  return lives;
}

/** A tab that takes its steps on what it has for a GPU. */
async function addTab(lives: Lives): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
  browsers.push(browser);
  const page = await browser.newPage();
  await page.goto(`${lives.current.url}/worker/?start=1&engine=webgpu`);
}

const addHeadless = async (lives: Lives) => lives.addWorkers(1);

// An imitated GPU takes a fifth of a second for a step; a stretch has 64 at most.
test.each([
  ["worker", 100, addHeadless],
  ["tab on its GPU", 70, addTab],
] as const)("[K20] one %s alone learns as if every step were exchanged, for %i steps", async (_, steps, add) => {
  const [side, every] = [await begun("--strategy", "local"), await begun("--strategy", "sync")];
  await add(side);
  await addHeadless(every);
  for (const lives of [side, every]) {
    await lives.current.runUntil("so many steps", ({ step }) => step >= steps);
    await lives.current.end("SIGINT");
  }
  const [found, expected] = [lossesOf(side).slice(0, steps), lossesOf(every).slice(0, steps)];
  expect(found).toEqual(expected.map((loss) => expect.closeTo(loss, 2)));
});

const killed = "three learn, one of them is killed and so is the coordinator, and every batch counts once";
test.each(["fp32", "int8"])(`[H3] [H8] [S1] ${killed}: %s`, async (codec) => {
  const lives = await begun("--strategy", "local", "--codec", codec);
  lives.addWorkers(3);
  await lives.current.runUntil("a hundred steps", ({ step }) => step >= 100);
  process.kill(lives.pids[2] as number, "SIGKILL");
  const { step } = await lives.current.runUntil("more without it", (run) => run.step >= 300);
  await lives.kill();
  await lives.begin();
  const run = await lives.current.runUntil("the end", ({ state }) => state === "finished");
  expect(lives.current.output()).toMatch(/goes on after step/);
  expect(step).toBeLessThan(run.steps);
  expect(run).toMatchObject({ strategy: "local", step: run.steps });
  await lives.current.end("SIGINT");
  const losses = lossesOf(lives);
  expect(losses).toHaveLength(run.steps);
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  expect(run.accuracy).toBeGreaterThan(0.5);
});

test.each(["fp16", "int8", "top-k"])(
  "[K21] [D2] in %s both ways a run trains to its end, in fewer bytes",
  async (codec) => {
    const samples = ["--train-samples", "6400", "--test-samples", "64"];
    const lives = await begun("--strategy", "sync", "--codec", codec, ...samples);
    lives.addWorkers(1);
    const run = await lives.current.runUntil("the end", ({ state }) => state === "finished");
    const { sentBytes, receivedBytes } = await lives.current.traffic();
    expect(run).toMatchObject({ step: 100, workers: [{ refusals: 0 }] });
    // So much as floats alone; pixels come to it on the way down.
    const floats = 4 * run.step * run.parameterCount;
    expect(receivedBytes).toBeLessThan(0.75 * floats);
    expect(sentBytes).toBeLessThan(0.9 * floats);
  },
);
