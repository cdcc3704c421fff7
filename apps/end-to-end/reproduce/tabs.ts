/**
 * Tabs that lend themselves, each in a Chromium of its own. Nobody listens to what goes on in them: tools that drive a
 * browser have every frame of every websocket told to them, which takes a training tab half as long again.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export interface OpenTabs {
  close(): Promise<void>;
}

/** A browser that was just opened makes its own pages, for some seconds as busy as a tab that trains. */
const CALM_SECONDS = 8;

/** Of the engine that every device has, one thread each. */
export async function openTabs(url: string, count: number): Promise<OpenTabs> {
  const executable = process.env.CONVOY_CHROMIUM;
  if (!executable) throw new Error("There is no Chromium on this machine: leave out --tabs, or install one.");
  const profiles = mkdtempSync(path.join(tmpdir(), "convoy-tabs-"));
  const browsers = Array.from({ length: count }, (_, index) => {
    const page = `${url}/worker/?start=1&engine=wasm&name=Tab%20${index + 1}`;
    const args = argumentsOf(path.join(profiles, String(index + 1)));
    return spawn(executable, [...args, opensLater(page)], { stdio: "ignore" });
  });
  return {
    async close() {
      await Promise.all(browsers.map(end));
      // Its processes write for a moment longer than the first of them lives.
      await rm(profiles, { recursive: true, force: true, maxRetries: 30 });
    },
  };
}

/** A page that leads to this one when the browser has become calm, as a person opens a tab in one that is open. */
function opensLater(page: string): string {
  const leading = `<meta http-equiv="refresh" content="${CALM_SECONDS}; url=${page.replaceAll("&", "&amp;")}">`;
  return `data:text/html,${encodeURIComponent(leading)}`;
}

function argumentsOf(profile: string): string[] {
  const own = (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" ").filter((argument) => argument !== "");
  return ["--headless=new", `--user-data-dir=${profile}`, "--no-default-browser-check", ...own];
}

async function end(browser: ChildProcess): Promise<void> {
  if (browser.exitCode !== null || browser.signalCode !== null) return;
  browser.kill("SIGTERM");
  await once(browser, "exit");
}
