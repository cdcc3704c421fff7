/** Tabs of a Chromium that lend themselves, each a person of its own. */
import { chromium } from "playwright";

export async function openTabs(url: string, count: number): Promise<{ close(): Promise<void> }> {
  const executablePath = process.env.CONVOY_CHROMIUM;
  if (!executablePath) throw new Error("There is no Chromium on this machine: leave out --tabs, or install one.");
  const args = (process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" ");
  const browser = await chromium.launch({ executablePath, args });
  for (let number = 1; number <= count; number++) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${url}/worker/?start=1&engine=wasm&name=Tab%20${number}`);
  }
  return { close: () => browser.close() };
}
