/** For tests, which run from source: a thread can only be started from a file that Node understands. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";

/** The path of the program of `LargeFiles`' thread. */
export const fileThread = () => built("checkpoints/file-thread.ts");

/** The path of the program of `PlaneInThread`'s. */
export const planeThread = () => built("plane/plane-thread.ts");

const programs = new Map<string, string>();

function built(source: string): string {
  const known = programs.get(source);
  if (known !== undefined) return known;
  const program = join(mkdtempSync(join(tmpdir(), "convoy-thread-")), basename(source).replace(".ts", ".mjs"));
  const entry = join(import.meta.dirname, source);
  buildSync({ entryPoints: [entry], outfile: program, bundle: true, platform: "node", format: "esm" });
  programs.set(source, program);
  return program;
}
