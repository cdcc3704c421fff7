/** One version of the parameters as it is had over HTTP: where its frame lies, and the name of exactly these bytes. */
import { CHECKSUM_OFFSET } from "./frame-header.ts";

/** Below the coordinator's origin. */
export function snapshotPath(run: string, version: number): string {
  return `/api/run/parameters/${run}/${version}`;
}

/** A strong one: a run that goes on after a crash may have the same version again, with other bytes. */
export function snapshotEtag(run: string, version: number, checksum: number): string {
  return `"${run}-${version}-${checksum.toString(16).padStart(8, "0")}"`;
}

/** What the frame says of its own bytes. */
export function checksumIn(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(CHECKSUM_OFFSET, true);
}
