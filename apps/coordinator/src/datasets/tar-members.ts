import { posix } from "node:path";
import { setImmediate } from "node:timers/promises";
import { DatasetError, type NamedBytes } from "@convoy/datasets";
import { Parser, type ReadEntry } from "tar";

interface WantedMembers {
  /** The archive's, for errors. */
  readonly name: string;
  /** File names, in whatever folder of the archive they lie. */
  readonly members: readonly string[];
  /** Of one member, uncompressed; without it any size is taken. */
  readonly mostBytes?: number;
}

const PIECE_BYTES = 1 << 20;

/**
 * Files of a tar archive, which may be compressed with gzip, in the order of `members`.
 * @throws DatasetError where the archive is damaged, or one is missing or too large.
 */
export async function readTarMembers(archive: Uint8Array, wanted: WantedMembers): Promise<NamedBytes[]> {
  const { name, members, mostBytes = Number.POSITIVE_INFINITY } = wanted;
  const found = new Map<string, Promise<Uint8Array>>();
  let trouble: Error | undefined;
  const onReadEntry = (entry: ReadEntry) => {
    const member = posix.basename(entry.path);
    if (entry.type !== "File" || !members.includes(member)) return void entry.resume();
    if (entry.size > mostBytes) {
      trouble ??= new DatasetError(`${member} in ${name} has ${entry.size} bytes, expected ${mostBytes}.`);
      return void entry.resume();
    }
    found.set(member, entry.concat());
  };
  await parse(archive, new Parser({ strict: true, onReadEntry }), () => trouble).catch((error: Error) => {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(`${name} cannot be read as a tar archive: ${error.message}.`);
  });
  const missing = members.find((member) => !found.has(member));
  if (missing !== undefined) throw new DatasetError(`${name} has no ${missing} in it.`);
  return Promise.all(
    members.map(async (member) => ({ name: `${member} in ${name}`, bytes: (await found.get(member)) as Uint8Array })),
  );
}

/** Piece by piece, with room for others in between: decompressing takes seconds. */
async function parse(archive: Uint8Array, parser: Parser, trouble: () => Error | undefined): Promise<void> {
  let failure: Error | undefined;
  const ended = new Promise<void>((resolve, reject) => {
    parser.on("end", resolve);
    parser.on("error", (error: Error) => {
      failure ??= error;
      reject(error);
    });
  });
  ended.catch(() => {}); // heard below
  for (let start = 0; start < archive.length; start += PIECE_BYTES) {
    parser.write(Buffer.from(archive.subarray(start, start + PIECE_BYTES)));
    await setImmediate();
    const reason = trouble() ?? failure;
    if (reason !== undefined) throw reason;
  }
  parser.end();
  await ended;
}
