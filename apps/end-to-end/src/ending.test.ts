/** However a coordinator ends: what it has learned is kept if it is asked to end, and nothing it started stays behind. */
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { CoordinatorProcess, makeDataDir, runCoordinator, until } from "./coordinator-process.ts";

let coordinator: CoordinatorProcess | null = null;
afterEach(async () => {
  await coordinator?.stop();
});

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s saves the parameters", async (signal) => {
  coordinator = await CoordinatorProcess.start([]);
  expect(await coordinator.end(signal)).toBe(0);
  expect(coordinator.read("parameters.safetensors")).toEqual(coordinator.read("parameters-initial.safetensors"));
});

test("a signal the moment that the link is on the terminal saves the parameters too", async () => {
  const dataDir = makeDataDir();
  // Each local worker is a process to start, between the link and the end of the start.
  const args = ["--port", "0", "--dataset", "built-in-digits", "--data-dir", dataDir, "--local-workers", "4"];
  const { code, output } = await runCoordinator(args, "Watch the run");
  const folder = /Data of this run +(\S.*)/.exec(output)?.[1] ?? "";
  const bytesOf = (name: string) => readFileSync(path.join(folder, name));
  expect(code).toBe(0);
  expect(bytesOf("parameters.safetensors")).toEqual(bytesOf("parameters-initial.safetensors"));
  rmSync(dataDir, { recursive: true });
});

test("a signal that arrives twice, as from a service manager, saves the parameters of a busy run too", async () => {
  coordinator = await CoordinatorProcess.start(["--local-workers", "1"]);
  await coordinator.runUntil("the first step", ({ step }) => step > 0);
  expect(await coordinator.end("SIGTERM", "SIGTERM")).toBe(0);
  expect(coordinator.read("parameters.safetensors")).not.toEqual(coordinator.read("parameters-initial.safetensors"));
});

test("a local worker ends with its coordinator, even one that is killed", async () => {
  coordinator = await CoordinatorProcess.start(["--local-workers", "1"]);
  await coordinator.runUntil("the local worker", ({ workers }) => workers.length === 1);
  const [worker, ...others] = coordinator.localWorkers();
  expect(worker).toBeTypeOf("number");
  expect(others).toEqual([]);
  await coordinator.end("SIGKILL");
  await until("the end of the local worker", () => isGone(worker as number) || undefined, 5000);
});
