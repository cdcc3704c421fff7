import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { DatasetError } from "@convoy/datasets";
import type { PublishedFile } from "./dataset-format.ts";

const inflate = promisify(gunzip);

/**
 * The bytes behind gzip, or the bytes themselves where they are plain: what counts is how they start, not their name.
 * @throws DatasetError where they cannot be decompressed, or are more than `mostBytes`.
 */
export async function withoutGzip(bytes: Uint8Array, mostBytes: number, name: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new DatasetError(`${name} cannot be decompressed: ${(error as Error).message}.`);
  }
}

/** Whether the content is the published one, byte for byte. */
export function isPublished(bytes: Uint8Array, file: PublishedFile): boolean {
  return bytes.length === file.byteCount && sumOf(bytes) === file.sha256;
}

/** @throws DatasetError where the content is not the published one, byte for byte. */
export function checkContent(bytes: Uint8Array, file: PublishedFile, name: string): void {
  const sha256 = sumOf(bytes);
  if (sha256 === file.sha256) return;
  throw new DatasetError(
    `${name} does not have the published content (SHA-256 ${sha256}, expected ${file.sha256}; ` +
      `${bytes.length} bytes, expected ${file.byteCount}).`,
  );
}

function sumOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
