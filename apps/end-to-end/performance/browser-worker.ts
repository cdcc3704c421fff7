/** A DedicatedWorker of Chromium, where tabs have their engines, that answers one request after the other. */

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { wasmDirectory } from "@convoy/engine-tfjs/wasm-directory";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright";

const page = "<!doctype html><title>bench</title>";

export interface BrowserWorkerOptions {
  /** The worker's source; it answers each message by one with `result` or `error`. */
  readonly script: string;
  /** What the script may fetch, by name; asked each time. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

export class BrowserWorker {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #page: Page;

  private constructor(browser: Browser, server: Server, page: Page) {
    this.#browser = browser;
    this.#server = server;
    this.#page = page;
  }

  static async open({ script, files = new Map() }: BrowserWorkerOptions): Promise<BrowserWorker> {
    const server = await serve(await bundle(script), files);
    const browser = await chromium.launch({
      executablePath: process.env.CONVOY_CHROMIUM as string,
      args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
    });
    const opened = await browser.newPage();
    await opened.goto(`http://localhost:${(server.address() as { port: number }).port}/`);
    await opened.evaluate(() => {
      Object.assign(globalThis, { bench: new Worker("/script.js", { type: "module" }) });
    });
    return new BrowserWorker(browser, server, opened);
  }

  async ask(request: object): Promise<unknown> {
    return this.#page.evaluate(
      (message) =>
        new Promise((resolve, reject) => {
          const { bench } = globalThis as unknown as { bench: Worker };
          bench.onmessage = ({ data }) =>
            data.error === undefined ? resolve(data.result) : reject(new Error(data.error));
          bench.onerror = (event) => reject(new Error(event.message));
          bench.postMessage(message);
        }),
      request,
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

function serve(script: string, files: ReadonlyMap<string, Uint8Array>): Promise<Server> {
  const server = createServer(async ({ url = "/" }, answer) => {
    const name = path.basename(url);
    const file = files.get(name);
    if (name === "script.js") answer.setHeader("content-type", "text/javascript").end(script);
    else if (file !== undefined) answer.setHeader("content-type", "application/octet-stream").end(file);
    else if (!name.endsWith(".wasm")) answer.setHeader("content-type", "text/html").end(page);
    else answer.setHeader("content-type", "application/wasm").end(await readFile(path.join(wasmDirectory(), name)));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
