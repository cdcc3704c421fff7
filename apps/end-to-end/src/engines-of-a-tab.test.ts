/**
 * What a person sees of a tab's engines: which is used and why, and what gives them trouble, each time in one sentence, while
 * the run goes on with somebody else. The trouble is put in front of what the tab's own script imports.
 */
import type { ChildProcess } from "node:child_process";
import type { RunView } from "@convoy/protocol";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CoordinatorProcess, startHeadlessWorker } from "./coordinator-process.ts";

let coordinator: CoordinatorProcess;
let browser: Browser;
let steady: ChildProcess | undefined;

beforeAll(async () => {
  coordinator = await CoordinatorProcess.start(["--epochs", "1000", "--seed", "7"]);
  browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
  steady = startHeadlessWorker(coordinator.url, "Steady");
  await coordinator.runUntil("the other worker's part", (run) => shardsOf(run, "Steady") > 0);
});

afterAll(async () => {
  steady?.kill();
  await browser?.close();
  await coordinator?.stop();
});

const shardsOf = (run: RunView, name: string) => run.workers.find((worker) => worker.name === name)?.shards ?? 0;

/**
 * A tab that lends itself, with a few lines that its worker runs first. They stand in what its script imports: the script
 * itself has to come from the coordinator, or the browser does not let it connect to there.
 */
async function lend(query: string, trouble: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(120_000);
  await page.route("**/worker/training-worker/*.js", async (route) => {
    const response = await route.fetch();
    const once = `if (!self.isTroubled) { self.isTroubled = true; ${trouble} }`;
    await route.fulfill({ response, body: `${once}\n${await response.text()}` });
  });
  await page.goto(`${coordinator.url}/worker/?start=1&${query}`);
  return page;
}

async function leave(page: Page): Promise<void> {
  // It may be loading something still.
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/** A tab whose trouble ends the lending says why, and somebody else goes on. */
async function seeTheEnd(query: string, trouble: string, sentence: RegExp): Promise<void> {
  const page = await lend(query, trouble);
  await page.getByRole("heading", { name: "This device cannot help" }).waitFor();
  expect(await page.getByRole("region", { name: "State of this device" }).innerText()).toMatch(sentence);
  await runGoesOn();
  await leave(page);
}

/** A tab that computes all the same, on the engine wasm, says which engine it does without and why. */
async function seeItNamed(name: string, trouble: string, sentence: RegExp): Promise<void> {
  const page = await lend(`name=${name}`, passForGpu + trouble);
  const card = page.getByRole("region", { name: "Engine" });
  await card.getByText("Not used", { exact: true }).waitFor();
  expect(await card.getByRole("listitem").first().innerText()).toMatch(sentence);
  expect(await card.innerText()).toContain("WebAssembly (wasm)");
  const before = shardsOf(await coordinator.run(), name);
  await coordinator.runUntil("its part", (run) => shardsOf(run, name) > before);
  await leave(page);
}

async function runGoesOn(): Promise<void> {
  const before = shardsOf(await coordinator.run(), "Steady");
  await coordinator.runUntil("more of the other worker's work", (run) => shardsOf(run, "Steady") >= before + 16);
}

/** The software adapter passes for a GPU. */
const passForGpu = `
  for (const name of ["vendor", "architecture", "device"])
    Object.defineProperty(GPUAdapterInfo.prototype, name, { get: () => "" });
  Object.defineProperty(GPUAdapterInfo.prototype, "description", { get: () => "Some GPU" });
  Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false });`;

const breakShaders = `
  const create = GPUDevice.prototype.createShaderModule;
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    return create.call(this, { ...descriptor, code: descriptor.code + "\\nfn second() { nonsense; }" });
  };`;

/** As on a device whose buffers are small. */
const shrinkBuffers = `
  const limits = Object.getOwnPropertyDescriptor(GPUDevice.prototype, "limits").get;
  const isOfBuffers = (name) => name === "maxBufferSize" || name === "maxStorageBufferBindingSize";
  Object.defineProperty(GPUDevice.prototype, "limits", {
    get() {
      return new Proxy(limits.call(this), { get: (real, name) => (isOfBuffers(name) ? 65536 : real[name]) });
    },
  });`;

/** A coordinator whose recipe says something else. */
const changeRecipe = (from: string, to: string) => `
  const Socket = WebSocket;
  self.WebSocket = class extends Socket {
    set onmessage(hear) {
      const change = (data) => (typeof data === "string" ? data.replaceAll(${JSON.stringify(from)}, ${JSON.stringify(to)}) : data);
      super.onmessage = ({ data }) => hear({ data: change(data) });
    }
  };`;

const slowDownWasm = `
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (...given) => {
    const { exports } = await instantiate(...given);
    const loss = (...numbers) => {
      for (const end = performance.now() + 300; performance.now() < end; );
      return exports.loss(...numbers);
    };
    return { exports: { ...exports, loss } };
  };`;

const shader = /webgpu.*The shader for \S+ does not compile on this GPU: .*WGSL/s;
const tooLarge = /webgpu.*lenet-5 does not fit on this GPU with one sample at once: its parameters would take 0\.2 MB/s;

describe("a tab that is to use the GPU and nothing else is told that", () => {
  test("a shader does not compile", () => seeTheEnd("engine=webgpu&name=Shader", breakShaders, shader));

  test("the model is too large for it", () => seeTheEnd("engine=webgpu&name=Small", shrinkBuffers, tooLarge));
});

describe("a tab that chooses by itself computes on without the GPU, and names it", () => {
  test("when a shader does not compile", () => seeItNamed("Shader too", breakShaders, shader));

  test("when the model is too large for it", () => seeItNamed("Small too", shrinkBuffers, tooLarge));
});

describe("a tab to which a coordinator sends wrong shapes is told", () => {
  test("that layers do not fit each other", () =>
    seeTheEnd(
      "name=Layers",
      changeRecipe('"units":10', '"units":11'),
      /The recipe cannot be used: model: lenet-5 must end in one number for each of its 10 classes, but its last layer gives 11\./,
    ));

  test("that pictures do not fit the first layer", () =>
    seeTheEnd(
      "name=Pictures",
      changeRecipe('"inputShape":[28,28,1]', '"inputShape":[4,4,1]'),
      /The recipe cannot be used: model: layer 1 .* given 4×4×1, has a window that does not fit/,
    ));

  test("that parameters do not fit the model", () =>
    seeTheEnd(
      "name=Parameters",
      changeRecipe('"units":84', '"units":80'),
      /sent away after 3 refusals in a row.*it does not hold version \d+ of the parameters/,
    ));
});

test("a tab changes over to an engine that is quicker, shows the figures, and knows them the next time", async () => {
  const page = await lend("name=Changing", passForGpu + slowDownWasm);
  const card = page.getByRole("region", { name: "Engine" });
  const row = (name: string) => card.getByRole("row", { name: new RegExp(`\\(${name}\\)`) }).innerText();
  const changes = () => coordinator.output().match(/Changing changed over to webgpu on Some GPU\./g)?.length ?? 0;
  const measured = () => card.getByText("Measured", { exact: true }).waitFor();
  await measured();
  expect(await row("webgpu")).toMatch(/Chosen\s+\d+(\.\d)? m?s\s+\d/);
  expect(await row("wasm")).toMatch(/Takes [\d.]+ times as long/);
  expect(await card.getByRole("definition").first().innerText()).toMatch(/WebGPU \(webgpu\)\s+Some GPU/);
  expect(changes()).toBe(1);
  const figures = await row("webgpu");

  await page.reload();
  await measured();
  expect(await row("webgpu")).toBe(figures);
  expect(changes()).toBe(2);

  await card.getByRole("button", { name: "Measure again" }).click();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  await card.getByText("Being tried", { exact: true }).waitFor();
  expect(await card.getByText("Measured", { exact: true }).count()).toBe(0);
  await leave(page);
});

test("a tab that may use two cores times the engine wasm on both, and names the GPU that is none", async () => {
  const page = await lend("name=Cores&threads=2", "");
  const card = page.getByRole("region", { name: "Engine" });
  await card.getByRole("row", { name: /\(wasm-2-threads\)/ }).waitFor();
  expect(await card.getByRole("row").count()).toBe(3);
  expect(await card.getByRole("listitem").first().innerText()).toMatch(
    /webgpu.*imitated by the processor.*WASM is quicker/s,
  );
  await leave(page);
});

test("a tab whose GPU is lost in the middle of a step says so, and the run goes on", async () => {
  const page = await lend("engine=webgpu&name=Losing", "");
  await coordinator.runUntil("its part", (run) => shardsOf(run, "Losing") > 0);
  const session = await browser.newBrowserCDPSession();
  // The command has no answer: it takes the process with it that would give one.
  session.send("Browser.crashGpuProcess").catch(() => {});
  await page.getByRole("heading", { name: "The worker broke off" }).waitFor();
  expect(await page.getByRole("region", { name: "State of this device" }).innerText()).toMatch(/The GPU was lost/);
  await runGoesOn();
  await leave(page);
});
