import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NamedBytes } from "@convoy/datasets";
import { writeAtomically } from "../write-atomically.ts";
import type { PublishedFile } from "./dataset-format.ts";
import type { ReportProgress } from "./dataset-progress.ts";
import { checkContent } from "./published-content.ts";

/** The cached file, or nothing where it is missing, unreadable or damaged; the last two are reported. */
export async function readFromCache(
  folder: string,
  file: PublishedFile,
  onProgress: ReportProgress,
): Promise<NamedBytes | undefined> {
  const name = join(folder, file.name);
  try {
    const bytes = await readFile(name);
    checkContent(bytes, file, name);
    return { name, bytes };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const sentence = `A file of the cache has to be fetched again: ${(error as Error).message}`;
    onProgress({ stage: "damaged", file: file.name, sentence });
    return undefined;
  }
}

/** Keeps a verified file. A cache that cannot be written costs a later download, no more: it is only reported. */
export async function storeInCache(
  folder: string,
  file: PublishedFile,
  bytes: Uint8Array,
  onProgress: ReportProgress,
): Promise<void> {
  try {
    await writeAtomically(folder, file.name, bytes);
    onProgress({ stage: "stored", file: file.name, sentence: `${file.name} is now in ${folder}.` });
  } catch (error) {
    const sentence = `${file.name} cannot be kept in ${folder}: ${(error as Error).message}.`;
    onProgress({ stage: "not-stored", file: file.name, sentence });
  }
}
