/** How long a person waits for a tab: a page that has to be opened, an engine to be chosen, samples to be fetched. */
import { execFileSync } from "node:child_process";
import { type Browser, chromium } from "playwright";
import { CoordinatorProcess } from "../src/coordinator-process.ts";
import { medianOf } from "./median.ts";

/** From a tab that is opened to the first of its shards that is counted; the browser itself runs already. */
export async function firstStepSeconds(root: string, times: number): Promise<number> {
  const build = [
    "node_modules/turbo/bin/turbo",
    "run",
    "build",
    "--filter=@convoy/dashboard",
    "--output-logs=errors-only",
  ];
  execFileSync(process.execPath, build, { cwd: root, stdio: "ignore" });
  const coordinator = await CoordinatorProcess.start(["--epochs", "1000"]);
  const browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
  try {
    const seconds: number[] = [];
    for (let i = 0; i < times; i++) seconds.push(await openTab(coordinator, browser, `Tab ${i}`));
    return medianOf(seconds);
  } finally {
    await browser.close();
    await coordinator.stop();
  }
}

async function openTab(coordinator: CoordinatorProcess, browser: Browser, name: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const startedAt = performance.now();
  await page.goto(`${coordinator.url}/worker/?start=1&name=${encodeURIComponent(name)}`, { waitUntil: "commit" });
  await coordinator.runUntil("its first shard", ({ workers }) =>
    workers.some((worker) => worker.name === name && worker.shards > 0),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await context.close();
  return seconds;
}
