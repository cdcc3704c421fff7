import type { NetworkInterfaceInfo } from "node:os";
import { expect, test } from "vitest";
import { Entry } from "./network/entry.ts";
import { TestRun } from "./run/test-run-loop.ts";
import { banner, progressLine, warningBox } from "./terminal.ts";

function view() {
  const run = new TestRun();
  run.loop.close();
  return run.view;
}

const tokens = { invitation: "k7m4-x9p2", adminKey: "abcd-efgh-jkmn-pqrs" };

function shown(host: string, ...addresses: string[]): string {
  return shownWith(null, host, ...addresses);
}

function shownWith(remark: string | null, host: string, ...addresses: string[]): string {
  const infos = addresses.map((address) => ({ address, family: "IPv4", internal: false }) as NetworkInterfaceInfo);
  const entry = new Entry({
    host,
    port: 4300,
    hostName: undefined,
    tokens,
    interfaces: () => ({ eth0: infos }),
    certificate: () => null,
  });
  return banner({ entry, run: view(), folder: "/data/runs/1", remark });
}

test("the banner has the links and the folder", () => {
  const text = shown("127.0.0.1", "192.168.1.5");
  for (const part of ["http://localhost:4300/\n", "http://localhost:4300/worker/ ", "/data/runs/1", "8 steps"])
    expect(text).toContain(part);
  expect(text).not.toContain("192.168.1.5");
  expect(text).not.toContain(tokens.invitation);
  expect(text).not.toContain(tokens.adminKey);
});

test("open to the network, the banner has links for others too, and one that is not for them", () => {
  const text = shown("0.0.0.0", "192.168.1.5", "10.0.0.9");
  for (const part of [
    "Watch the run       http://localhost:4300/\n",
    "Lend a device       http://192.168.1.5:4300/worker/#invite=k7m4-x9p2\n",
    "or   http://10.0.0.9:4300/worker/#invite=k7m4-x9p2\n",
    "Watch the run       http://192.168.1.5:4300/#invite=k7m4-x9p2\n",
    "Control the run     http://192.168.1.5:4300/#admin=abcd-efgh-jkmn-pqrs   (keep this one to yourself)\n",
  ])
    expect(text).toContain(part);
});

test("where only an address of the network is listened on, this machine needs links with tokens as well", () => {
  const text = shown("192.168.1.5");
  expect(text).toContain("Watch the run       http://192.168.1.5:4300/#admin=abcd-efgh-jkmn-pqrs\n");
  expect(text).toContain("Lend this device    http://192.168.1.5:4300/worker/#invite=k7m4-x9p2 ");
});

test("a machine without a network has links for itself alone", () => {
  expect(shown("0.0.0.0")).not.toContain("#");
});

test("the banner says which run goes on", () => {
  const remark = "The run 1 goes on after step 4.";
  expect(shownWith(remark, "127.0.0.1").split("\n")).toContain(`  ${remark}`);
});

test("a warning keeps every word, in lines that fit a terminal", () => {
  const sentence = `This run does not train on MNIST. ${"It is rather long. ".repeat(20)}${"x".repeat(90)}`;
  const lines = warningBox(sentence).split("\n");
  const words = lines.filter((line) => line.startsWith("!! ")).map((line) => line.slice(3));
  expect(words.join(" ")).toBe(sentence);
  for (const line of lines) if (!line.includes("xxx")) expect(line.length).toBeLessThanOrEqual(80);
});

test("a line of progress says where the run is and who works", () => {
  expect(progressLine(view())).toBe("Waiting for workers: open the worker page on any device to lend it. 0 workers.");
  const run = { ...view(), loss: 1.25, samplesPerSecond: 1234.5 };
  expect(progressLine(run)).toContain(" Loss 1.2500. 1,235 samples/s. 0 workers.");
});

test("the banner and every line with a loss say when a run is exact", () => {
  const run = { ...view(), exact: true, loss: 1.25 };
  const entry = { localLinks: { lend: [""], watch: "", control: "", remark: null }, links: null };
  const facts = { entry, folder: "/data/runs/1", remark: null };
  expect(banner({ ...facts, run })).toContain("Exact: the same parameters and losses to the last bit");
  expect(banner({ ...facts, run: view() })).not.toContain("Exact");
  expect(progressLine(run)).toContain(" Loss 1.2500, exact.");
});
