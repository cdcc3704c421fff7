import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatasetError, type MnistFiles, type NamedBytes } from "@convoy/datasets";
import { withoutGzip } from "./published-content.ts";
import type { PublishedFile, PublishedMnist } from "./published-mnist.ts";

/** Where in a folder the files may lie: in it, or as other programs arrange them. */
const PLACES = [".", "mnist", join("MNIST", "raw")];

/**
 * Reads the files of MNIST from a folder that a person named: plain or gzipped, with the usual names.
 * @throws DatasetError where one is missing or unreadable: what a person named is never silently replaced.
 */
export async function readDatasetFolder(folder: string, files: PublishedMnist): Promise<MnistFiles> {
  const { place, entries } = await findPlace(folder, files);
  const read = (file: PublishedFile) => readFolderFile(place, entries, file);
  return {
    trainImages: await read(files.trainImages),
    trainLabels: await read(files.trainLabels),
    testImages: await read(files.testImages),
    testLabels: await read(files.testLabels),
  };
}

/** The first place with any of the files; the folder itself where there is none. */
async function findPlace(folder: string, files: PublishedMnist): Promise<{ place: string; entries: Set<string> }> {
  const all = Object.values(files);
  const own = await listFolder(folder);
  for (const subfolder of PLACES) {
    const place = join(folder, subfolder);
    const entries = subfolder === "." ? own : await listFolder(place).catch(() => new Set<string>());
    if (all.some((file) => possibleNames(file).some((name) => entries.has(name)))) return { place, entries };
  }
  return { place: folder, entries: own };
}

async function listFolder(folder: string): Promise<Set<string>> {
  try {
    return new Set(await readdir(folder));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = { ENOENT: "it does not exist", ENOTDIR: "it is not a folder" };
    throw new DatasetError(`The dataset folder ${folder} cannot be read: ${reasons[code ?? ""] ?? message}.`);
  }
}

async function readFolderFile(place: string, entries: Set<string>, file: PublishedFile): Promise<NamedBytes> {
  const names = possibleNames(file);
  const found = names.find((name) => entries.has(name));
  if (found === undefined) {
    throw new DatasetError(`The dataset folder ${place} has no ${file.name} (looked for ${names.join(", ")}).`);
  }
  const name = join(place, found);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(name);
  } catch (error) {
    throw new DatasetError(`${name} cannot be read: ${(error as Error).message}.`);
  }
  return { name, bytes: await withoutGzip(bytes, file, name) };
}

/** "train-images-idx3-ubyte" is also found as "train-images.idx3-ubyte". */
function possibleNames(file: PublishedFile): string[] {
  const dotted = file.name.replace("-idx", ".idx");
  return [file.name, dotted, `${file.name}.gz`, `${dotted}.gz`];
}
