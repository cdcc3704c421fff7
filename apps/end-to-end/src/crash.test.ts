/** A coordinator that is killed and started again: the quick form of `npm run bench:crash`, and what people see of it. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright";
import { afterEach, expect, test } from "vitest";
import type { Bar } from "../reliability/bars.ts";
import { Lives } from "../reliability/lives.ts";

const PATIENCE_MS = 400_000;
const root = path.join(import.meta.dirname, "../../..");

let lives: Lives | null = null;
let browser: Browser | null = null;
afterEach(async () => {
  await browser?.close();
  await lives?.close();
  browser = null;
  lives = null;
});

test("[S1] an exact run whose coordinator is killed, also while it saves, has the losses of one that nobody disturbs", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "convoy-crash-"));
  const json = path.join(folder, "crash.json");
  const program = ["scripts/run-source.mjs", "apps/end-to-end/reliability/crash.ts"];
  const args = [...program, "--kills", "3", "--steps", "40", "--json", json];
  // Where it hangs, the error says how far it came.
  await promisify(execFile)(process.execPath, args, { cwd: root, timeout: PATIENCE_MS });
  const bars = JSON.parse(readFileSync(json, "utf8")) as Bar[];
  rmSync(folder, { recursive: true });
  expect(bars[0]).toMatchObject({ name: expect.stringContaining("bit-identical"), value: 3 });
  expect(bars[1]?.value).toBeGreaterThanOrEqual(1);
});

async function open(address: string): Promise<Page> {
  const page = await (browser as Browser).newPage();
  await page.goto(`${lives?.current.url}${address}`);
  return page;
}

test("a tab that lends itself and a dashboard go on with the coordinator that is started again", async () => {
  browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "),
  });
  lives = new Lives(["--checkpoint-seconds", "1"]);
  await lives.begin();
  const dashboard = await open("/");
  await open("/worker/?start=1&engine=wasm&name=Tab");
  const { run } = await lives.current.runUntil("some steps", ({ step }) => step >= 5);
  await lives.kill();
  await dashboard.getByText("Reconnecting").first().waitFor();
  const { step, run: again } = await (await lives.begin()).run();
  expect(again).toBe(run);
  await dashboard.getByText(`The run ${run} goes on after step ${step}.`).first().waitFor();
  const later = await lives.current.runUntil("more steps", (now) => now.step >= step + 5);
  expect(later.workers.map(({ name }) => name)).toEqual(["Tab"]);
});
