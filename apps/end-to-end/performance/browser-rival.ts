/** Engines in a DedicatedWorker of Chromium, where tabs have them. */

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { wasmDirectory } from "@convoy/engine-tfjs/wasm-directory";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright";
import type { Timing } from "./engine-timer.ts";
import type { WorkloadName } from "./workload.ts";

const page = "<!doctype html><title>bench</title>";

export class BrowserRival {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #page: Page;

  private constructor(browser: Browser, server: Server, page: Page) {
    this.#browser = browser;
    this.#server = server;
    this.#page = page;
  }

  static async open(root: string): Promise<BrowserRival> {
    const script = await bundle(path.join(root, "apps/end-to-end/performance/page/measure.ts"));
    const server = await serve(script);
    const browser = await chromium.launch({
      executablePath: process.env.CONVOY_CHROMIUM as string,
      args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
    });
    const opened = await browser.newPage();
    await opened.goto(`http://localhost:${(server.address() as { port: number }).port}/`);
    await opened.evaluate(() => {
      Object.assign(globalThis, { bench: new Worker("/measure.js", { type: "module" }) });
    });
    return new BrowserRival(browser, server, opened);
  }

  /** Makes the engine and takes its first step. */
  async prepare(engine: string, workload: WorkloadName): Promise<void> {
    await this.#ask(engine, workload, 0);
  }

  async measure(engine: string, workload: WorkloadName, steps: number): Promise<Timing> {
    return (await this.#ask(engine, workload, steps)) as Timing;
  }

  async #ask(engine: string, workload: WorkloadName, steps: number): Promise<unknown> {
    return this.#page.evaluate(
      (request) =>
        new Promise((resolve, reject) => {
          const { bench } = globalThis as unknown as { bench: Worker };
          bench.onmessage = ({ data }) =>
            data.error === undefined ? resolve(data.result) : reject(new Error(data.error));
          bench.onerror = (event) => reject(new Error(event.message));
          bench.postMessage(request);
        }),
      { engine, workload, steps },
    );
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    logLevel: "warning",
  });
  return outputFiles[0]?.text ?? "";
}

function serve(script: string): Promise<Server> {
  const server = createServer(async ({ url = "/" }, answer) => {
    const name = path.basename(url);
    if (name === "measure.js") answer.setHeader("content-type", "text/javascript").end(script);
    else if (!name.endsWith(".wasm")) answer.setHeader("content-type", "text/html").end(page);
    else answer.setHeader("content-type", "application/wasm").end(await readFile(path.join(wasmDirectory(), name)));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
