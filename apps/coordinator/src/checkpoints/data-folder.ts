import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { StartError } from "../start-error.ts";

export function runsFolder(dataDir: string): string {
  return join(dataDir, "runs");
}

export function runPath(dataDir: string, run: string): string {
  return join(runsFolder(dataDir), run);
}

/** Makes the data folder, and the place of the runs in it; a StartError when they cannot be had or written. */
export function prepareDataFolder(dataDir: string): Promise<void> {
  return writingTo(dataDir, async () => {
    const runs = runsFolder(dataDir);
    await mkdir(runs, { recursive: true });
    await access(runs, constants.W_OK);
  });
}

/** What fails while the data folder is written to ends the start with one sentence. */
export async function writingTo<Result>(dataDir: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    // Only what the disk says is about the disk.
    if (error instanceof StartError || (error as NodeJS.ErrnoException).code === undefined) throw error;
    const why = inWords(error as NodeJS.ErrnoException);
    throw new StartError(`The data folder ${dataDir} cannot be written: ${why}; choose another with --data-dir.`);
  }
}

function inWords({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EEXIST":
    case "ENOTDIR":
      return "a file is in its place";
    case "EACCES":
    case "EPERM":
      return "this user may not write there";
    case "EROFS":
      return "the disk is read-only";
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full";
    default:
      return message;
  }
}
