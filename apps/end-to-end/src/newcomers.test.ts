/** Newcomers to a network that is large enough for its parameters to be fetched over HTTP: a tab, and a worker without a browser. */
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { findRecipe } from "@convoy/models";
import { snapshotPath } from "@convoy/protocol";
import { type Browser, chromium } from "playwright";
import { afterEach, expect, test } from "vitest";
import { CoordinatorProcess, makeDataDir, startHeadlessWorker } from "./coordinator-process.ts";

let coordinator: CoordinatorProcess | null = null;
let worker: ChildProcess | undefined;
let browser: Browser | undefined;
afterEach(async () => {
  worker?.kill("SIGKILL");
  await browser?.close();
  await coordinator?.stop();
});

/** 478,410 parameters, 1.9 MB. */
const lenet = findRecipe("lenet5-mnist");
const recipe = {
  ...lenet,
  name: "wide",
  title: "A wide network",
  model: {
    ...lenet.model,
    name: "wide",
    layers: [{ type: "flatten" }, { type: "dense", units: 600 }, { type: "relu" }, { type: "dense", units: 10 }],
  },
};

function prepare() {
  const dataDir = makeDataDir();
  const file = path.join(dataDir, "wide.json");
  writeFileSync(file, JSON.stringify(recipe));
  return { dataDir, file };
}

test("[N1] [N8] a tab and a headless worker fetch the parameters, with the invitation and over https, and train", async () => {
  const { dataDir, file } = prepare();
  const options = ["--recipe", file, "--epochs", "1000", "--host", "0.0.0.0", "--https", "--strategy", "local"];
  coordinator = await CoordinatorProcess.start(options, { dataDir });
  const { port, url, output } = coordinator;
  const invitation = /#invite=(\S+)/.exec(output())?.[1] as string;
  const authority = path.join(dataDir, "ca.crt");
  writeFileSync(authority, await (await fetch(`${url}/ca.crt`)).text());
  worker = startHeadlessWorker(`https://localhost:${port}/worker/#invite=${invitation}`, "Headless", [
    "--ca",
    authority,
  ]);
  const shardsOf = async (name: string) =>
    (await (coordinator as CoordinatorProcess).run()).workers.find((one) => one.name === name)?.shards ?? 0;
  await coordinator.runUntil("the headless worker's part", ({ workers }) => workers.some(({ shards }) => shards > 0));

  browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  const fetched: string[] = [];
  page.context().on("request", (request) => void fetched.push(new URL(request.url()).pathname));
  await page.goto(`https://localhost:${port}/worker/?start=1&engine=wasm&name=Tab#invite=${invitation}`);
  await expect.poll(() => shardsOf("Tab"), { timeout: 60_000 }).toBeGreaterThan(0);
  const { run } = await coordinator.run();
  const versions = fetched.filter((at) => at.startsWith(snapshotPath(run, 0).replace(/0$/, "")));
  expect(versions.length).toBeGreaterThan(0);
  expect(output()).not.toContain("cannot fetch the parameters");
});

test("[N5] [N7] thousands of requests that lie and hang up leave the run as it is, and the next newcomer is served", async () => {
  const { dataDir, file } = prepare();
  coordinator = await CoordinatorProcess.start(["--recipe", file, "--epochs", "1000"], { dataDir });
  const { url, output } = coordinator;
  worker = startHeadlessWorker(url, "Honest");
  const before = await coordinator.runUntil("the first steps", ({ step }) => step > 2);
  const ranges = [
    "bytes=0-",
    "bytes=9999999999-",
    "bytes=5-4",
    `bytes=${"0-0,".repeat(500)}0-0`,
    "bytes=-1",
    "lines=1-2",
  ];
  const statuses = new Set<number>();
  for (let round = 0; round < 20; round++) {
    const asked = Array.from({ length: 100 }, async (_, i) => {
      const stop = new AbortController();
      const version = before.step + round + (i % 9) - 4;
      const headers = { range: ranges[i % ranges.length] as string };
      const answer = await fetch(url + snapshotPath(before.run, version), { headers, signal: stop.signal });
      statuses.add(answer.status);
      // A version may go while it is read.
      if (i % 4 === 0) await answer.arrayBuffer().catch(() => {});
      else stop.abort();
    });
    await Promise.all(asked);
  }
  expect([...statuses].every((status) => [200, 206, 404, 410, 416, 503].includes(status))).toBe(true);
  const newcomer = startHeadlessWorker(url, "Newcomer");
  const isPart = ({ name, shards }: { name: string; shards: number }) => name === "Newcomer" && shards > 0;
  await coordinator.runUntil("the newcomer's part", ({ workers }) => workers.some(isPart));
  newcomer.kill();
  const after = await coordinator.runUntil("more steps", ({ step }) => step > before.step + 2);
  expect(after.workers.find(({ name }) => name === "Honest")).toMatchObject({ refusals: 0 });
  expect(output()).not.toContain("cannot fetch the parameters");
});
