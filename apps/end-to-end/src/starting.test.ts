/** What a person is told whose coordinator cannot start: one sentence, and a failing exit code. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCoordinator } from "./coordinator-process.ts";

const folder = mkdtempSync(path.join(tmpdir(), "convoy-starting-"));
let occupant: Server;
let port: number;

beforeAll(async () => {
  occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, "127.0.0.1", resolve));
  port = (occupant.address() as AddressInfo).port;
  mkdirSync(path.join(folder, "truncated"));
  for (const name of [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ]) {
    writeFileSync(path.join(folder, "truncated", name), Uint8Array.of(0, 0, 8, name.includes("images") ? 3 : 1, 0));
  }
});

afterAll(() => {
  occupant.close();
  rmSync(folder, { recursive: true });
});

test.each([
  [
    "an unknown recipe",
    () => ["--recipe", "lenet"],
    'There is no recipe "lenet". Known recipes: lenet5-mnist, lenet5-mnist-adam, lenet5-1998, alexnet-cifar10, alexnet-cifar10-small, alexnet-cifar10-small-collapse, alexnet-2012.',
  ],
  [
    "a port in use",
    () => ["--port", String(port)],
    /Port \d+ is in use: stop the other program, or choose another port/,
  ],
  ["a number that is none", () => ["--epochs", "many"], "It must be a whole number from 1 to 100000."],
  ["an unknown option", () => ["--fast"], "unknown option '--fast'"],
  ["a folder without the dataset", () => ["--port", "0", "--dataset-dir", folder], "train-images-idx3-ubyte"],
  [
    "a truncated dataset",
    () => ["--port", "0", "--dataset-dir", path.join(folder, "truncated")],
    "train-images-idx3-ubyte",
  ],
  ["an address of another machine", () => ["--host", "203.0.113.7"], "This machine has no address 203.0.113.7"],
] as const)("%s is named in a sentence", async (_, args, sentence) => {
  const { code, output } = await runCoordinator([...args(), "--data-dir", path.join(folder, "data")]);
  expect(output).toMatch(sentence);
  expect(output.trim().split("\n").length).toBeLessThanOrEqual(2);
  expect(code).toBe(1);
});
