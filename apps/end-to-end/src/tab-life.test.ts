/** What happens to a tab in a browser's day: its GPU is lost, it is frozen, left and come back to, its coordinator dies. */
import type { ChildProcess } from "node:child_process";
import type { RunView, WorkerView } from "@convoy/protocol";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CoordinatorProcess, startHeadlessWorker, until } from "./coordinator-process.ts";
import { HiddenTab } from "./hidden-tab.ts";

/** More epochs than there is time for. */
const args = ["--epochs", "1000", "--seed", "7"];

let coordinator: CoordinatorProcess;
let browser: Browser;
let headless: ChildProcess | undefined;
const troubles: string[] = [];

beforeAll(async () => {
  coordinator = await CoordinatorProcess.start(args);
  browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
    // What Playwright switches off and every person has: pages that were left are kept for going back.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
});

afterAll(async () => {
  headless?.kill();
  await browser?.close();
  await coordinator?.stop();
});

async function openPage(address: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (error) => troubles.push(`${address}: ${error.message}`));
  await page.goto(`${coordinator.url}${address}`);
  return page;
}

const heading = (page: Page, words: string) => page.getByRole("heading", { name: words }).waitFor();

/** Those of a name that are there now, in one list with those that left. */
const workersOf = (run: RunView, name: string) => run.workers.filter((worker) => worker.name === name);
const present = (run: RunView, name: string) => workersOf(run, name).filter(({ state }) => state !== "left");

/** A worker of this name, other than those of the ids, has contributed. */
function helps(what: string, name: string, before: readonly WorkerView[] = []): Promise<RunView> {
  const known = new Set(before.map(({ id }) => id));
  const isNew = ({ id }: WorkerView) => !known.has(id);
  return coordinator.runUntil(what, (run) =>
    present(run, name)
      .filter(isNew)
      .some(({ shards }) => shards > 0),
  );
}

/** What the self-test of a worker took, each time it was told. */
const proofsOf = (name: string) =>
  [...coordinator.output().matchAll(new RegExp(`${name} passed the self-test in (.+) with`, "g"))].map(
    ([, took]) => took,
  );

test("a tab whose GPU is lost says so, gives its work back, and helps again with a fresh worker", async () => {
  const page = await openPage("/worker/?start=1&engine=webgpu&name=Graphics");
  const before = await helps("a shard computed on WebGPU", "Graphics");
  const session = await browser.newBrowserCDPSession();
  // The command has no answer: it takes the process with it that would give one.
  session.send("Browser.crashGpuProcess").catch(() => {});
  await heading(page, "The worker broke off");
  await page
    .getByText(/The GPU was lost.* A fresh one starts in 1 s; nothing is lost\./)
    .first()
    .waitFor();
  await until(
    "the reason in the log",
    () => /Graphics left \(.*The GPU was lost/.test(coordinator.output()) || undefined,
  );
  const after = await helps("a shard computed on the new GPU", "Graphics", workersOf(before, "Graphics"));
  expect(present(after, "Graphics")).toMatchObject([{ engine: expect.stringMatching(/^webgpu /) }]);
  await page.context().close();
});

test("while a tab is frozen the run goes on, and unfrozen it helps again without another self-test", async () => {
  headless = startHeadlessWorker(coordinator.url, "Steady");
  const tab = await HiddenTab.open(browser, `${coordinator.url}/worker/?start=1&engine=wasm&name=Hidden`);
  await helps("the hidden tab's part", "Hidden");
  await helps("the steady worker's part", "Steady");
  expect(await tab.evaluate("document.visibilityState")).toBe("hidden");
  const locks = "navigator.locks.query().then(({ held }) => held.map(({ name }) => name))";
  expect(await tab.evaluate(locks)).toEqual(["convoy-lending"]);

  await tab.freeze();
  const frozen = await coordinator.run();
  // With all that was on its way when it froze.
  const later = await coordinator.runUntil("steps without it", (run) => run.step >= frozen.step + 30);
  const still = await coordinator.runUntil("more steps without it", (run) => run.step >= later.step + 30);
  expect(workersOf(still, "Hidden")).toMatchObject([{ shards: workersOf(later, "Hidden")[0]?.shards }]);

  await tab.unfreeze();
  const shards = (run: RunView) => workersOf(run, "Hidden").reduce((sum, worker) => sum + worker.shards, 0);
  await coordinator.runUntil("its part afterwards", (run) => shards(run) > shards(still));
  expect(new Set(proofsOf("Hidden")).size).toBe(1);
});

test("a tab that is left hands its work over at once, and carries on when it is come back to", async () => {
  const page = await openPage("/worker/");
  await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => Object.assign(window, { persisted })));
  await page.getByRole("textbox", { name: "Name of this device" }).fill("Moving");
  await page.getByRole("button", { name: "Lend this device" }).click();
  const first = await helps("the moving tab's part", "Moving");
  await page.getByText(/The only GPU here is imitated by the processor.*WASM is quicker/).waitFor();

  await page.goto(`${coordinator.url}/api/health`);
  await coordinator.runUntil("its leaving", (run) => present(run, "Moving").length === 0, 10_000);
  await page.goBack({ waitUntil: "commit" });
  const second = await helps("its part after coming back", "Moving", workersOf(first, "Moving"));
  expect(await page.evaluate(() => (window as { persisted?: boolean }).persisted)).toBe(true);

  // A browser that discards a tab loads it again when it is looked at.
  await page.reload();
  await helps("its part after a reload", "Moving", workersOf(second, "Moving"));
  await page.getByRole("button", { name: "Pause" }).click();
  await coordinator.runUntil("the pause", (run) => present(run, "Moving")[0]?.state === "paused");
  await page.reload();
  await heading(page, "Paused");
  await coordinator.runUntil("the pause, still", (run) => present(run, "Moving")[0]?.state === "paused");
});

test("an engine that the page leaves out is not tried; the next one does the work without asking", async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${coordinator.url}/worker/`);
  const start = {
    type: "start",
    url: coordinator.url,
    name: "Fallen",
    device: "A tab",
    engine: null,
    threads: 1,
    verdicts: [],
  };
  const leftOut = ["wasm", "webgpu", "tfjs-webgpu"].map((engine) => ({ engine, sentence: "It failed twice." }));
  const status = await page.evaluate(
    (command) => {
      const worker = new Worker("/worker/training-worker.js", { type: "module" });
      return new Promise<unknown>((resolve) => {
        worker.onmessage = ({ data }) => data.status?.engine && resolve(data.status);
        worker.postMessage(command);
      });
    },
    { ...start, leftOut },
  );
  expect(status).toMatchObject({ engine: { name: "tfjs-wasm" }, engineRemarks: leftOut });
  await helps("what the next engine computes", "Fallen");
  await page.context().close();
});

test("a page that is out of date loads itself again, once, and then leaves it to the person", async () => {
  const page = await (await browser.newContext()).newPage();
  const script = "**/worker/training-worker.js";
  const sentence = "This coordinator speaks another version of the protocol.";
  const status = {
    phase: "outdated",
    sentence,
    engine: null,
    trial: null,
    verdict: null,
    proof: null,
    engineRemarks: [],
  };
  const body = `addEventListener("message", () => postMessage(${JSON.stringify({ type: "status", status: { ...status, samples: 0, leases: 0 } })}))`;
  let loads = 0;
  await page.route(script, (route) => {
    loads++;
    return route.fulfill({ contentType: "text/javascript", body });
  });
  await page.goto(`${coordinator.url}/worker/?start=1&engine=wasm&name=Old`);
  await until("the second load", () => loads === 2 || undefined);
  await heading(page, "This page is out of date");
  await page.getByText(sentence).first().waitFor();
  await page.unroute(script);
  await page.getByRole("button", { name: "Reload this page" }).click();
  await helps("the part of the new page", "Old");
  expect(loads).toBe(2);
  await page.context().close();
});

test("when the coordinator dies and starts again, a tab goes on with the engine it has, paused if it was", async () => {
  const told = proofsOf("Hidden").at(-1);
  await coordinator.end("SIGKILL");
  const { dataDir, port } = coordinator;
  coordinator = await CoordinatorProcess.start([...args, "--port", port], { dataDir });
  await helps("the hidden tab's part in the continued run", "Hidden");
  expect(proofsOf("Hidden")).toEqual([told]);
  await coordinator.runUntil("the pause, still", (run) => present(run, "Moving")[0]?.state === "paused");
  expect(troubles).toEqual([]);
});
