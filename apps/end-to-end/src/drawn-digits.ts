/**
 * The built-in digits that the first coordinator of a test run has drawn serve those after it: drawing takes seconds of
 * each start, more than all the rest of it. A coordinator compares what it finds with a hash.
 */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const VARIABLE = "CONVOY_DRAWN_DIGITS";

/** Vitest calls it before the tests, once for each project that names this file: all share one folder. */
export function setup(): void {
  process.env[VARIABLE] ??= mkdtempSync(path.join(tmpdir(), "convoy-drawn-digits-"));
}

/** Vitest calls it after the last test. */
export function teardown(): void {
  const folder = process.env[VARIABLE];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** Gives a folder for a coordinator's data what another has drawn. */
export function takeOverDigits(dataDir: string): void {
  const kept = keptDigits();
  if (kept !== null && existsSync(kept)) cpSync(kept, digitsOf(dataDir), { recursive: true });
}

/** Keeps what a coordinator has drawn, if it is the first. */
export function keepDigits(dataDir: string): void {
  const kept = keptDigits();
  if (kept === null || existsSync(kept) || !existsSync(digitsOf(dataDir))) return;
  // Whole or not at all: another test may look at any time.
  const copy = `${kept}-${process.pid}`;
  cpSync(digitsOf(dataDir), copy, { recursive: true });
  if (!existsSync(kept)) renameSync(copy, kept);
}

/** Null where no test runs, but one of the programs beside them. */
function keptDigits(): string | null {
  const folder = process.env[VARIABLE];
  return folder === undefined ? null : path.join(folder, "digits");
}

function digitsOf(dataDir: string): string {
  return path.join(dataDir, "datasets/digits");
}
