/** For tests, which run from source: a thread can only be started from a file that Node understands. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

let built: string | null = null;

/** The path of the program of `LargeFiles`' thread. */
export function fileThread(): string {
  if (built !== null) return built;
  built = join(mkdtempSync(join(tmpdir(), "convoy-file-thread-")), "file-thread.mjs");
  const entry = join(import.meta.dirname, "file-thread.ts");
  buildSync({ entryPoints: [entry], outfile: built, bundle: true, platform: "node", format: "esm" });
  return built;
}
