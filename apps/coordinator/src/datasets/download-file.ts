import { DatasetError } from "@convoy/datasets";
import type { ReportProgress } from "./dataset-progress.ts";
import { checkContent, withoutGzip } from "./published-content.ts";
import type { PublishedFile } from "./published-mnist.ts";
import { Watchdog } from "./watchdog.ts";

export interface DownloadLimits {
  /** Milliseconds to the first byte of a file, over all sources together. */
  readonly firstByteMs: number;
  /** Milliseconds without a further byte after which a source is given up. */
  readonly idleMs: number;
}

export interface DownloadOptions {
  /** Addresses of folders, each ending with "/". */
  readonly sources: readonly string[];
  readonly fetch: typeof globalThis.fetch;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ReportProgress;
}

export interface Download {
  /** The verified content, not compressed. */
  readonly bytes: Uint8Array;
  readonly source: string;
}

/** A gzip archive is never longer than its content by more than this. */
const ARCHIVE_SLACK_BYTES = 65_536;

/**
 * Gets a file from the first source that has its published content. Sources that have not been tried share what is
 * left of the time to the first byte equally, so that one that hangs leaves time for the next.
 * @throws DatasetError with the reason of every source; the signal's reason where it was aborted.
 */
export async function downloadFile(file: PublishedFile, options: DownloadOptions): Promise<Download> {
  const failures: string[] = [];
  let patienceMs = options.limits.firstByteMs;
  for (const [position, source] of options.sources.entries()) {
    const address = new URL(`${file.name}.gz`, source).href;
    const shareMs = patienceMs / (options.sources.length - position);
    const began = performance.now();
    let waitedMs: number | undefined;
    const onFirstByte = () => {
      waitedMs = performance.now() - began;
    };
    try {
      const received = await receive(address, file, shareMs, onFirstByte, options);
      const bytes = await withoutGzip(received, file, "what it sent");
      checkContent(bytes, file, "what it sent");
      return { bytes, source };
    } catch (error) {
      options.signal?.throwIfAborted();
      patienceMs -= Math.min(shareMs, waitedMs ?? performance.now() - began);
      const failure = `${new URL(source).host}: ${withoutFullStop(reasonOf(error))}`;
      options.onProgress({ stage: "source-failed", file: file.name, sentence: `${file.name} from ${failure}.` });
      failures.push(failure);
    }
  }
  throw new DatasetError(`${file.name} could not be downloaded (${failures.join("; ")}).`);
}

/** All bytes that an address sends. */
async function receive(
  address: string,
  file: PublishedFile,
  firstByteMs: number,
  onFirstByte: () => void,
  { fetch, limits, signal, onProgress }: DownloadOptions,
): Promise<Uint8Array> {
  const watchdog = new Watchdog();
  try {
    watchdog.expectWithin(firstByteMs, `it sent nothing within ${seconds(firstByteMs)}`);
    const aborted = signal === undefined ? watchdog.signal : AbortSignal.any([signal, watchdog.signal]);
    const response = await fetch(address, { signal: aborted });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new DatasetError(`it answered with HTTP status ${response.status}`);
    }
    const totalBytes = lengthOf(response);
    const chunks: Uint8Array[] = [];
    let receivedBytes = 0;
    for await (const chunk of response.body) {
      if (receivedBytes === 0) onFirstByte();
      watchdog.expectWithin(limits.idleMs, `it stopped sending for ${seconds(limits.idleMs)}`);
      chunks.push(chunk);
      receivedBytes += chunk.length;
      if (receivedBytes > file.byteCount + ARCHIVE_SLACK_BYTES) {
        throw new DatasetError(`it sent more than ${receivedBytes} bytes, the file has ${file.byteCount}`);
      }
      const sentence = `Downloading ${file.name} from ${new URL(address).host}: ${amount(receivedBytes, totalBytes)}.`;
      onProgress({ stage: "download", file: file.name, receivedBytes, ...totalBytes, sentence });
    }
    return Buffer.concat(chunks);
  } finally {
    watchdog.rest();
  }
}

/** Nothing where the source does not say it, or where it counts bytes that `fetch` has already decompressed. */
function lengthOf(response: Response): { totalBytes?: number } {
  const length = Number(response.headers.get("content-length"));
  return length > 0 && !response.headers.has("content-encoding") ? { totalBytes: length } : {};
}

function amount(receivedBytes: number, { totalBytes }: { totalBytes?: number }): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return totalBytes === undefined
    ? `${megabytes(receivedBytes)} MB`
    : `${megabytes(receivedBytes)} of ${megabytes(totalBytes)} MB`;
}

/** What Node says about a failed connection, in words. */
const inWords: Partial<Record<string, string>> = {
  ENOTFOUND: "this name cannot be looked up; is there a network?",
  EAI_AGAIN: "this name cannot be looked up; is there a network?",
  ENETUNREACH: "there is no way to it; is there a network?",
  ECONNREFUSED: "it refuses the connection",
  ECONNRESET: "the connection broke",
};

/** `fetch` hides the reason of a failed connection in the cause of its error. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  return inWords[code] ?? (cause.message || code || message);
}

function withoutFullStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
