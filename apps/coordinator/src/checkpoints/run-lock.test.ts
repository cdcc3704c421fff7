import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunLock } from "./run-lock.ts";

const times = { beatMs: 20, silenceMs: 400 };

let folder: string;
let path: string;
const locks: RunLock[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convoy-lock-"));
  path = join(folder, "in-use.json");
});
afterEach(async () => {
  for (const lock of locks.splice(0)) await lock.release();
  await rm(folder, { recursive: true });
});

async function take(onLost = () => {}, silenceMs = times.silenceMs): Promise<boolean> {
  const lock = await RunLock.take(folder, onLost, { ...times, silenceMs });
  if (lock !== null) locks.push(lock);
  return lock !== null;
}

function leaveLock(owner: { process?: number; machine?: string } = {}): Promise<void> {
  const { process: number = process.pid, machine = hostname() } = owner;
  return writeFile(path, JSON.stringify({ process: number, machine, id: "somebody" }));
}

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid as number;
}

test("a run is used by one coordinator at a time, and free when that has ended", async () => {
  expect(await take()).toBe(true);
  expect(await take()).toBe(false);
  await locks.pop()?.release();
  expect(await readdir(folder)).toEqual([]);
  expect(await take()).toBe(true);
});

test("a process that is no more holds nothing, and nobody waits for a sign of it", async () => {
  await leaveLock({ process: await deadProcess() });
  expect(await take(undefined, Number.POSITIVE_INFINITY)).toBe(true);
});

test("this process's number in another's hands is not this process: the lock is from before", async () => {
  await leaveLock();
  expect(await take(undefined, Number.POSITIVE_INFINITY)).toBe(true);
});

test.each([
  ["another process has its number by now", () => leaveLock({ process: process.ppid })],
  ["it was on another machine", () => leaveLock({ machine: "elsewhere" })],
  ["it died before it had written who it is", () => writeFile(path, "")],
])("an owner who shows no life is dead, though %s", async (_, leave) => {
  await leave();
  expect(await take()).toBe(true);
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ process: process.pid, machine: hostname() });
});

test("an owner who shows life keeps the run, whatever number and machine it has", async () => {
  await leaveLock({ machine: "elsewhere" });
  let at = 1_000_000;
  const beating = setInterval(() => void utimes(path, at, at++), times.beatMs);
  expect(await take()).toBe(false);
  clearInterval(beating);
});

test("the owner shows life again and again", async () => {
  await take();
  const { mtimeMs } = await stat(path);
  await vi.waitUntil(async () => (await stat(path)).mtimeMs > mtimeMs);
});

test("of two that find a dead owner's lock, one has it", async () => {
  await leaveLock({ process: await deadProcess() });
  const taken = await Promise.all([take(), take()]);
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await readdir(folder)).toEqual(["in-use.json"]);
});

test("an owner whose run was taken by another hears of it, and leaves the other's lock alone", async () => {
  const onLost = vi.fn();
  await take(onLost);
  await leaveLock({ machine: "elsewhere" });
  await vi.waitUntil(() => onLost.mock.calls.length > 0);
  await locks.pop()?.release();
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ machine: "elsewhere" });
  expect(onLost).toHaveBeenCalledTimes(1);
});
