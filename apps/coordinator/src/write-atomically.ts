import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes a file so that it is there whole or not at all, whenever the power fails: a temporary name in the same
 * folder, synced, renamed. The folder is made where it is missing. `mode` says who may read the file.
 */
export async function writeAtomically(folder: string, name: string, bytes: Uint8Array, mode = 0o666): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${name}.${randomUUID()}.partial`);
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
}
