import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatasetError, type NamedBytes } from "@convoy/datasets";
import type { DatasetFormat, PublishedFile } from "./dataset-format.ts";
import { withoutGzip } from "./published-content.ts";

/** Of a file that a person has, uncompressed; about the longest that one array can hold. */
const MOST_BYTES = 4_000_000_000;

/**
 * Reads the files of a dataset from a folder that a person named: plain, gzipped or in one archive, with the usual
 * names. @throws DatasetError where one is missing or unreadable: what a person named is never silently replaced.
 */
export async function readDatasetFolder(folder: string, format: DatasetFormat): Promise<NamedBytes[]> {
  const own = await listFolder(folder);
  const found = await findPlace(folder, own, format);
  if (found === undefined || !isWhole(found, format)) {
    const archive = format.archive?.names.find((name) => own.has(name));
    if (archive !== undefined) {
      const name = join(folder, archive);
      return format.archive?.open(await readWhole(name), name) as Promise<NamedBytes[]>;
    }
  }
  const { place, entries } = found ?? { place: folder, entries: own };
  const files: NamedBytes[] = [];
  for (const file of format.files) files.push(await readFolderFile(place, entries, file, format));
  return files;
}

function isWhole({ entries }: Place, format: DatasetFormat): boolean {
  return format.files.every((file) => format.possibleNames(file).some((name) => entries.has(name)));
}

interface Place {
  readonly place: string;
  readonly entries: ReadonlySet<string>;
}

/** The first place with any of the files. */
async function findPlace(folder: string, own: Set<string>, format: DatasetFormat): Promise<Place | undefined> {
  for (const subfolder of format.places) {
    const place = join(folder, subfolder);
    const entries = subfolder === "." ? own : await listFolder(place).catch(() => new Set<string>());
    if (format.files.some((file) => format.possibleNames(file).some((name) => entries.has(name)))) {
      return { place, entries };
    }
  }
  return undefined;
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

async function readFolderFile(
  place: string,
  entries: ReadonlySet<string>,
  file: PublishedFile,
  format: DatasetFormat,
): Promise<NamedBytes> {
  const names = format.possibleNames(file);
  const found = names.find((name) => entries.has(name));
  if (found === undefined) {
    const looked = [...names, ...(format.archive?.names ?? [])].join(", ");
    throw new DatasetError(`The dataset folder ${place} has no ${file.name} (looked for ${looked}).`);
  }
  const name = join(place, found);
  return { name, bytes: await withoutGzip(await readWhole(name), MOST_BYTES, name) };
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new DatasetError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}
