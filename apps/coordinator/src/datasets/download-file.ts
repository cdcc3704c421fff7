import { DatasetError, type NamedBytes } from "@convoy/datasets";
import type { RemoteFile } from "./dataset-format.ts";
import type { ReportProgress } from "./dataset-progress.ts";
import { PartialDownload } from "./partial-download.ts";
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
  /** Where what has arrived so far is kept, so that it need not be sent again. */
  readonly folder: string;
  readonly fetch: typeof globalThis.fetch;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ReportProgress;
}

export interface Download {
  /** The verified content, unpacked. */
  readonly files: readonly NamedBytes[];
  readonly source: string;
}

/** An archive is never longer than its content by more than this. */
const ARCHIVE_SLACK_BYTES = 65_536;

/** So often a connection that broke is taken up, if each has brought something. */
const MOST_CONNECTIONS = 100;

/**
 * Gets a file from the first source that has its published content. Sources that have not been tried share what is
 * left of the time to the first byte equally, so that one that hangs leaves time for the next.
 * @throws DatasetError with the reason of every source; the signal's reason where it was aborted.
 */
export async function downloadFile(remote: RemoteFile, options: DownloadOptions): Promise<Download> {
  const failures: string[] = [];
  const what = whatIn(remote);
  let patienceMs = options.limits.firstByteMs;
  for (const [position, source] of options.sources.entries()) {
    const address = new URL(remote.name, source).href;
    const shareMs = patienceMs / (options.sources.length - position);
    const began = performance.now();
    let waitedMs: number | undefined;
    const onFirstByte = () => {
      waitedMs ??= performance.now() - began;
    };
    try {
      return { files: await downloadFrom(address, remote, shareMs, onFirstByte, options), source };
    } catch (error) {
      options.signal?.throwIfAborted();
      patienceMs -= Math.min(shareMs, waitedMs ?? performance.now() - began);
      const failure = `${new URL(source).host}: ${withoutFullStop(reasonOf(error))}`;
      options.onProgress({ stage: "source-failed", file: what, sentence: `${what} from ${failure}.` });
      failures.push(failure);
    }
  }
  throw new DatasetError(`${what} could not be downloaded (${failures.join("; ")}).`);
}

/** A single file is named as itself, several by their archive. */
function whatIn({ name, files: [file, ...others] }: RemoteFile): string {
  return file !== undefined && others.length === 0 ? file.name : name;
}

/** What an earlier start has left may be damaged: then once more, from the beginning. */
async function downloadFrom(
  address: string,
  remote: RemoteFile,
  firstByteMs: number,
  onFirstByte: () => void,
  options: DownloadOptions,
): Promise<NamedBytes[]> {
  const partial = await PartialDownload.find(options.folder, remote.name, address);
  for (;;) {
    const wasThere = partial.isFromEarlierStart;
    try {
      await receiveAll(partial, { address, remote, firstByteMs, onFirstByte, options });
    } finally {
      await partial.close();
    }
    try {
      return await remote.unpack(partial.bytes);
    } catch (error) {
      if (!(wasThere && partial.isFromEarlierStart)) throw error;
    } finally {
      await partial.discard();
    }
  }
}

interface Reception {
  readonly address: string;
  readonly remote: RemoteFile;
  readonly firstByteMs: number;
  readonly onFirstByte: () => void;
  readonly options: DownloadOptions;
}

/** All bytes that an address sends; a connection that broke is taken up where it did. */
async function receiveAll(partial: PartialDownload, reception: Reception): Promise<void> {
  const { address, remote, options } = reception;
  for (let connections = 1; !partial.isWhole; connections++) {
    const before = partial.receivedBytes;
    const watchdog = new Watchdog();
    try {
      await receiveRest(partial, reception, watchdog);
      return;
    } catch (error) {
      const broke = !(error instanceof DatasetError) || watchdog.signal.aborted;
      const goesOn = broke && options.signal?.aborted !== true && partial.validator !== undefined;
      if (!goesOn || partial.receivedBytes === before || connections === MOST_CONNECTIONS) throw error;
      const sentence = `${new URL(address).host}: ${withoutFullStop(reasonOf(error))}; it goes on after ${megabytes(partial.receivedBytes)} MB.`;
      options.onProgress({ stage: "resumed", file: whatIn(remote), sentence });
    } finally {
      watchdog.rest();
    }
  }
}

async function receiveRest(partial: PartialDownload, reception: Reception, watchdog: Watchdog): Promise<void> {
  const { address, remote, firstByteMs, onFirstByte } = reception;
  const { fetch, limits, signal, onProgress } = reception.options;
  watchdog.expectWithin(firstByteMs, `it sent nothing within ${seconds(firstByteMs)}`);
  const aborted = signal === undefined ? watchdog.signal : AbortSignal.any([signal, watchdog.signal]);
  const response = await fetch(address, { signal: aborted, headers: headersFor(partial) });
  const { status, body } = response;
  if (!response.ok || body === null) {
    await body?.cancel();
    // "Range not satisfiable": what is here belongs to something else.
    if (status === 416 && partial.receivedBytes > 0) {
      await partial.discard();
      return receiveRest(partial, reception, watchdog);
    }
    throw new DatasetError(`it answered with HTTP status ${status}`);
  }
  const totalBytes = await prepare(partial, response);
  const mostBytes = remote.files.reduce((sum, { byteCount }) => sum + byteCount, 0);
  for await (const chunk of body) {
    onFirstByte();
    watchdog.expectWithin(limits.idleMs, `it stopped sending for ${seconds(limits.idleMs)}`);
    await partial.add(chunk);
    const { receivedBytes } = partial;
    if (receivedBytes > mostBytes + ARCHIVE_SLACK_BYTES) {
      await partial.discard();
      throw new DatasetError(`it sent more than ${receivedBytes} bytes, the file has ${mostBytes}`);
    }
    const file = whatIn(remote);
    const sentence = `Downloading ${file} from ${new URL(address).host}: ${amount(receivedBytes, totalBytes)}.`;
    onProgress({ stage: "download", file, receivedBytes, ...(totalBytes && { totalBytes }), sentence });
  }
}

/** Asks for the rest only of the very content whose beginning is here (RFC 9110, 13.1.5 and 14.2). */
function headersFor({ validator, receivedBytes }: PartialDownload): Record<string, string> {
  return validator === undefined ? {} : { range: `bytes=${receivedBytes}-`, "if-range": validator };
}

/** Gives the length of the whole, where the server says it. One that ignores ranges, or has other content, begins anew. */
async function prepare(partial: PartialDownload, response: Response): Promise<number | undefined> {
  if (response.status !== 206) {
    const totalBytes = lengthOf(response);
    await partial.begin(validatorOf(response), totalBytes);
    return totalBytes;
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (Number(range?.[1]) !== partial.receivedBytes) {
    await response.body?.cancel();
    await partial.discard();
    throw new DatasetError("it sent another part of the file than it was asked for");
  }
  return Number(range?.[2]) || undefined;
}

/** A weak ETag stands for content that means the same, not for the same bytes; neither do bytes that were coded under way. */
function validatorOf({ headers }: Response): string | undefined {
  if (headers.has("content-encoding")) return undefined;
  const tag = headers.get("etag");
  return tag?.startsWith('"') ? tag : (headers.get("last-modified") ?? undefined);
}

/** Nothing where the source does not say it, or where it counts bytes that `fetch` has already decompressed. */
function lengthOf({ headers }: Response): number | undefined {
  const length = Number(headers.get("content-length"));
  return length > 0 && !headers.has("content-encoding") ? length : undefined;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function amount(receivedBytes: number, totalBytes: number | undefined): string {
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
