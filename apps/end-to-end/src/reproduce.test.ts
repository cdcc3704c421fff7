/** `npm run reproduce` on the built-in digits: interrupted, killed, gone on with, and in the end the same bits. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Comparison, resultsSchema } from "../reproduce/results.ts";
import { collect, until } from "./coordinator-process.ts";
import { keepDigits, takeOverDigits } from "./drawn-digits.ts";

const root = path.join(import.meta.dirname, "../../..");
const out = mkdtempSync(path.join(tmpdir(), "convoy-reproduce-"));
takeOverDigits(out);

afterAll(() => {
  keepDigits(out);
  rmSync(out, { recursive: true });
});

/** 600 steps in four epochs, with one worker and then with two. */
const command = [
  ...["lenet5-mnist", "--built-in-digits", "--train-samples", "9600", "--test-samples", "200", "--epochs", "4"],
  ...["--exact", "--workers", "1,2", "--out", out],
];

function start(program: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [...program, ...command], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  return { child, output: collect(child) };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

const built = ["apps/end-to-end/dist/programs/reproduce.mjs"];

test("a reproduction that was interrupted and killed goes on, ends with the same bits, and repeats nothing", async () => {
  const first = start(["scripts/run-source.mjs", "apps/end-to-end/reproduce/reproduce.ts"]);
  await until("the first epoch", () => first.output().includes("  Epoch 1:") || undefined);
  first.child.kill("SIGINT");
  expect(await endOf(first.child)).toBe(130);
  expect(first.output()).toContain("The same command goes on from here.");

  // Its coordinator lives on, until the next one comes.
  const second = start(built);
  await until("some way on", () => /2 headless workers[\s\S]*Epoch 1:/.test(second.output()) || undefined);
  second.child.kill("SIGKILL");
  await endOf(second.child);
  expect(second.output()).toContain("It goes on after epoch 1.");

  const third = start(built);
  expect(await endOf(third.child)).toBe(0);
  expect(third.output()).toContain("Every loss and every parameter is the same to the last bit.");
  const comparison = keptResults();
  expect(comparison.runs.map(({ workers }) => workers.count)).toEqual([1, 2]);
  // What was left over may have finished the second before it was found.
  expect(comparison.runs[0]?.trained.parts).toBe(2);
  for (const { trained } of comparison.runs) {
    expect(trained).toMatchObject({ seed: 1, steps: 600, engines: ["wasm on CPU, WASM SIMD"] });
    expect(trained.epochs).toHaveLength(4);
    expect(trained.seconds).toBeCloseTo(trained.epochs.reduce((sum, { seconds }) => sum + seconds, 0));
    // Each step sends the parameters to a worker and a gradient back; moments before an interruption may go uncounted.
    expect(trained.sentBytes).toBeGreaterThan(500 * 4 * 44_426);
    expect(trained.receivedBytes).toBeGreaterThan(500 * 4 * 44_426);
  }

  const fourth = start(built);
  expect(await endOf(fourth.child)).toBe(0);
  expect(fourth.output()).not.toContain("  Epoch");
  expect(keptResults().runs).toEqual(comparison.runs);
});

function keptResults(): Comparison {
  const file = path.join(out, "results/lenet5-mnist-exact-4-epochs.json");
  expect(existsSync(file)).toBe(true);
  const results = resultsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  expect(results.kind).toBe("exact");
  return results as Comparison;
}

test.each([
  [["lenet"], 'There is no recipe "lenet".'],
  [[], "npm run reproduce -- <recipe>"],
  [["lenet5-mnist", "--workers", "1,2"], "Several numbers of --workers are compared bit by bit: say --exact too."],
  [["lenet5-mnist", "--seeds", "0"], '--seeds "0" must be a whole number of at least 1.'],
])("%j is answered with what to do", async (args, sentence) => {
  const child = spawn(process.execPath, [...built, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const output = collect(child);
  expect(await endOf(child)).toBe(1);
  expect(output()).toContain(sentence);
});

test("a dataset that is not there costs its recipe alone, and is said in a sentence", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "convoy-no-dataset-"));
  const args = ["lenet5-mnist", "lenet5-1998", "--dataset-dir", folder, "--out", path.join(folder, "out")];
  const child = spawn(process.execPath, [...built, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const output = collect(child);
  expect(await endOf(child)).toBe(1);
  for (const recipe of ["lenet5-mnist", "lenet5-1998"])
    expect(output()).toContain(`${recipe} could not be reproduced. The coordinator ended:`);
  expect(output()).toContain(folder);
  expect(output()).not.toMatch(/^\s+at /m);
  rmSync(folder, { recursive: true });
});
