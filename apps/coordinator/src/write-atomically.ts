import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes a file so that it is there whole or not at all, whenever the power fails: a temporary name in the same
 * folder, synced, renamed, the folder synced. The folder is made where it is missing. `mode` says who may read the
 * file.
 */
export async function writeAtomically(folder: string, name: string, bytes: Uint8Array, mode = 0o666): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, temporaryName(name));
  try {
    const handle = await open(temporary, "wx", mode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** A name that no reader takes for a file of a run, and that `sweepTemporaries` knows again. */
export function temporaryName(name: string): string {
  return `.${name}.${randomUUID()}.partial`;
}

/** Removes what writes that were interrupted have left in a folder; nobody may be writing there. */
export async function sweepTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(".") && name.endsWith(".partial")) await rm(join(folder, name), { force: true });
  }
}

/** Brings renamed files on to the disk under their new names, where a system and its file system can sync a folder. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await handle.close();
  }
}
