/**
 * The README's paragraph "On your network", word for word: a coordinator that is open to the network, and a second
 * browser that knows it under a name that is not localhost. So its pages are insecure over http, and its certificate is
 * asked about over https.
 */
import type { RunView } from "@convoy/protocol";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CoordinatorProcess } from "./coordinator-process.ts";

const HOST = "classroom.test";

let coordinator: CoordinatorProcess;
let browser: Browser;
let invitation: string;
let adminKey: string;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  coordinator = await CoordinatorProcess.start([
    ...["--host", "0.0.0.0", "--https"],
    ...["--host-name", HOST, "--local-workers", "1"],
    // More than there is time for, however quick the local worker is.
    ...["--epochs", "1000"],
  ]);
  invitation = /\/worker\/#invite=(\S+)/.exec(coordinator.output())?.[1] ?? "";
  adminKey = /\/#admin=(\S+)/.exec(coordinator.output())?.[1] ?? "";
  browser = await chromium.launch({
    executablePath: process.env.CONVOY_CHROMIUM as string,
    args: [...(process.env.CONVOY_CHROMIUM_ARGUMENTS ?? "").split(" "), `--host-resolver-rules=MAP ${HOST} 127.0.0.1`],
  });
});

afterAll(async () => {
  await browser?.close();
  await coordinator?.stop();
});

/** A page of somebody new: nothing is kept from one to the next. */
async function newcomer(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext(options);
  contexts.push(context);
  return context.newPage();
}

const address = (scheme: "http" | "https", path: string) => `${scheme}://${HOST}:${coordinator.port}${path}`;

/** Past the browser's question, by the buttons that the worker page has named. */
async function acceptCertificate(page: Page): Promise<void> {
  await page.locator("#details-button").click();
  const proceed = page.locator("#proceed-link");
  expect((await proceed.textContent())?.trim()).toBe(`Proceed to ${HOST} (unsafe)`);
  await proceed.click();
}

const shardsOf = (run: RunView, name: string) => run.workers.find((worker) => worker.name === name)?.shards ?? 0;

test("the coordinator prints links that carry what they are for", () => {
  const { port } = coordinator;
  expect(coordinator.output()).toContain(`Lend a device       http://${HOST}:${port}/worker/#invite=${invitation}\n`);
  expect(coordinator.output()).toContain(`Watch the run       http://${HOST}:${port}/#invite=${invitation}\n`);
  expect(coordinator.output()).toContain(`Control the run     https://${HOST}:${port}/#admin=${adminKey} `);
  expect(invitation).toMatch(/^\w{4}-\w{4}$/);
});

test("the worker on the same machine needs no invitation, and trains", async () => {
  await coordinator.runUntil("its first step", (run) => shardsOf(run, "Local worker 1") > 0);
});

describe("a device over http", () => {
  let page: Page;
  beforeAll(async () => {
    page = await newcomer();
  });

  test("[A2] [A4] is asked for the invitation, and takes no other", async () => {
    await page.goto(address("http", "/worker/"));
    await page.getByRole("heading", { name: "This run asks for an invitation" }).waitFor();
    expect(await page.evaluate(async () => (await fetch("/api/run")).status)).toBe(401);
    await page.getByLabel("Invitation code").fill("abcd-efgh");
    await page.getByRole("button", { name: "Come in" }).click();
    await page.getByText("This invitation does not open this run").waitFor();
    await page.getByLabel("Invitation code").fill(` ${invitation.toUpperCase().replace("-", " ")}`);
    await page.getByRole("button", { name: "Come in" }).click();
    await page.getByRole("heading", { name: "Lend this device" }).waitFor();
  });

  test("has no WebGPU, and is told why and where it would have", async () => {
    expect(await page.evaluate(() => [window.isSecureContext, "gpu" in navigator])).toEqual([false, false]);
    await page.getByText("browsers hide WebGPU from such pages").waitFor();
    await page.getByText(`Press “Proceed to ${HOST} (unsafe)”.`).waitFor();
    const link = page.getByRole("link", { name: "Go to the secure page" });
    expect(await link.getAttribute("href")).toMatch(new RegExp(`^${address("https", "/worker/")}#invite=`));
    const certificate = await page.evaluate(async () => (await fetch("/ca.crt")).text());
    expect(certificate).toContain("BEGIN CERTIFICATE");
  });

  test("trains all the same, on its processor", async () => {
    await page.getByLabel("Name of this device").fill("Plain tab");
    await page.getByRole("button", { name: "Lend it here, without its GPU" }).click();
    const run = await coordinator.runUntil("the plain tab's part", (run) => shardsOf(run, "Plain tab") > 0);
    expect(run.workers.find(({ name }) => name === "Plain tab")?.engine).toMatch(/^wasm /);
    await page.context().close();
  });
});

describe("a device over https", () => {
  test("is asked about the certificate, as its page over http has said, and then has WebGPU and trains", async () => {
    const page = await newcomer();
    await page.goto(address("http", `/worker/#invite=${invitation}`));
    await page.getByRole("link", { name: "Go to the secure page" }).click();
    await page.getByText("ERR_CERT_AUTHORITY_INVALID").waitFor();
    await acceptCertificate(page);
    await page.getByRole("button", { name: "Lend this device" }).waitFor();
    expect(await page.evaluate(() => [window.isSecureContext, "gpu" in navigator])).toEqual([true, true]);
    await page.getByLabel("Name of this device").fill("Secure tab");
    await page.getByRole("button", { name: "Lend this device" }).click();
    await coordinator.runUntil("the secure tab's part", (run) => shardsOf(run, "Secure tab") > 0);
    await page.context().close();
  });

  test("that takes the certificate without a question is sent on from http by itself", async () => {
    const page = await newcomer({ ignoreHTTPSErrors: true });
    await page.goto(address("http", `/worker/?name=Desk#invite=${invitation}`));
    await page.waitForURL(address("https", `/worker/?name=Desk#invite=${invitation}`));
    await page.getByRole("button", { name: "Lend this device" }).waitFor();
    await page.context().close();
  });
});

describe("a dashboard on another device", () => {
  test("[A3] watches with the invitation, and controls with the key", async () => {
    const page = await newcomer({ ignoreHTTPSErrors: true });
    await page.goto(address("https", `/#invite=${invitation}`));
    await page.getByText("whoever hosts the run controls it").waitFor();
    expect(await page.getByRole("button", { name: "Pause", exact: true }).count()).toBe(0);
    await page.getByRole("button", { name: "Enter the admin key" }).click();
    await page.getByLabel("Admin key").fill(invitation);
    await page.getByRole("button", { name: "Take control" }).click();
    await page.getByText("This is the invitation").waitFor();
    await page.getByLabel("Admin key").fill(adminKey);
    await page.getByRole("button", { name: "Take control" }).click();
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await coordinator.runUntil("the pause", (run) => run.state === "paused");
    await page.context().close();
  });

  test("[A3] that was opened with the key keeps it out of its address", async () => {
    const page = await newcomer({ ignoreHTTPSErrors: true });
    await page.goto(address("https", `/#admin=${adminKey}`));
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await coordinator.runUntil("training again", (run) => run.state !== "paused");
    expect(page.url()).toBe(address("https", "/"));
    await page.reload();
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
    const link = page.getByLabel("Invite a device with this link");
    expect(await link.inputValue()).toBe(address("http", `/worker/#invite=${invitation}`));
    await page.context().close();
  });
});
