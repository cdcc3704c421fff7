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

/** Of the engine that every device has, one thread each. */
export async function openTabs(url: string, count: number): Promise<OpenTabs> {
  const executable = process.env.CONVOY_CHROMIUM;
  if (!executable) throw new Error("There is no Chromium on this machine: leave out --tabs, or install one.");
  const profiles = mkdtempSync(path.join(tmpdir(), "convoy-tabs-"));
  const browsers = Array.from({ length: count }, (_, index) => {
    const page = `${url}/worker/?start=1&engine=wasm&name=Tab%20${index + 1}`;
    const args = [...argumentsOf(path.join(profiles, String(index + 1))), page];
    return spawn(executable, args, { stdio: "ignore" });
  });
  return {
    async close() {
      await Promise.all(browsers.map(end));
      // Its processes write for a moment longer than the first of them lives.
      await rm(profiles, { recursive: true, force: true, maxRetries: 30 });
    },
  };
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
