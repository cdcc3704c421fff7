/** Runs one of the programs of `reliability/`, as `npm run bench:…` does, and returns the figures it has measured. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Bar } from "../reliability/bars.ts";

const root = path.join(import.meta.dirname, "../../..");

/** The value of a bar by the beginning of its name; rejects, with what the program said, when a `must` is missed. */
export async function runBench(
  name: string,
  options: readonly string[],
): Promise<(name: string) => number | undefined> {
  const folder = mkdtempSync(path.join(tmpdir(), "convoy-bench-"));
  try {
    const json = path.join(folder, "bars.json");
    const program = ["scripts/run-source.mjs", `apps/end-to-end/reliability/${name}.ts`];
    await promisify(execFile)(process.execPath, [...program, ...options, "--json", json], { cwd: root });
    const bars = JSON.parse(readFileSync(json, "utf8")) as Bar[];
    return (start) => bars.find((bar) => bar.name.startsWith(start))?.value;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
