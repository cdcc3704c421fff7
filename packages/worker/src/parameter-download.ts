/** A version of the parameters over HTTP: a download that breaks off goes on where it was, and counts when every byte is right. */
import {
  checksumIn,
  type FetchMessage,
  FRAME_HEADER_BYTES,
  readFrame,
  snapshotEtag,
  snapshotPath,
} from "@convoy/protocol";
import type { BytesAnswer, OpenBytes } from "@convoy/transport";

/** Which version, of which run. */
export interface WantedParameters extends Omit<FetchMessage, "type"> {
  readonly run: string;
  /** Elements of the vector. */
  readonly parameterCount: number;
}

/** Answers in a row that brought next to nothing. */
const TRIES = 5;
/** Before the second; twice as long before each further one, in milliseconds. */
const FIRST_WAIT_MS = 500;
/** Who brings so much gets on. */
const PROGRESS_BYTES = 1024 * 1024;
/** As many as a server has places for are before this one: for so long it is asked again, in milliseconds, and no try counts. */
const BUSY_MS = 600_000;
/** Nothing came for so long: that connection is given up, in milliseconds. */
const SILENCE_MS = 30_000;

/** Trying again would not help. */
class DownloadError extends Error {}

/** The server has no place just now, and says when to come again. */
class BusyError extends Error {
  readonly waitMs: number;

  constructor(sentence: string, waitMs: number) {
    super(sentence);
    this.waitMs = waitMs;
  }
}

/** What is there of a version, whether or not somebody goes on with it. */
interface Part {
  readonly etag: string;
  readonly bytes: Uint8Array;
  received: number;
}

export class ParameterDownload {
  readonly #open: OpenBytes;
  readonly #onProgress: () => void;
  #part: Part | null = null;
  #stop: AbortController | null = null;

  constructor(open: OpenBytes, onProgress: () => void) {
    this.#open = open;
    this.#onProgress = onProgress;
  }

  /** In bytes; null while nothing is on its way. */
  get progress(): { readonly received: number; readonly total: number } | null {
    if (this.#stop === null || this.#part === null) return null;
    return { received: this.#part.received, total: this.#part.bytes.length };
  }

  /** Ends what is on its way. What there is of it is kept: told the same again, the download goes on there. */
  stop(): void {
    this.#stop?.abort();
    this.#stop = null;
  }

  /**
   * The vector; null when it was stopped, or is on its way already. Throws an Error with a sentence where it cannot be had.
   */
  async fetch(wanted: WantedParameters): Promise<Float32Array | null> {
    const etag = snapshotEtag(wanted.run, wanted.version, wanted.checksum);
    if (this.#stop !== null && this.#part?.etag === etag) return null;
    this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    try {
      if (this.#part?.etag !== etag) this.#part = { etag, bytes: roomFor(wanted), received: 0 };
      const vector = await this.#fetchAll(wanted, this.#part, stop.signal);
      return stop.signal.aborted ? null : vector;
    } catch (error) {
      if (stop.signal.aborted) return null;
      // What is there may be what is wrong.
      this.#part = null;
      throw error;
    } finally {
      if (this.#stop === stop) this.#stop = null;
    }
  }

  async #fetchAll(wanted: WantedParameters, part: Part, signal: AbortSignal): Promise<Float32Array | null> {
    let tries = 0;
    let isSecond = false;
    let busyMs = 0;
    while (!signal.aborted) {
      const before = part.received;
      try {
        await this.#fetchRest(snapshotPath(wanted.run, wanted.version), part, signal);
        const vector = read(part.bytes, wanted);
        this.#part = null;
        return vector;
      } catch (error) {
        if (signal.aborted) return null;
        if (error instanceof Damaged && !isSecond) {
          isSecond = true;
          part.received = 0;
          continue;
        }
        if (error instanceof BusyError && busyMs < BUSY_MS) {
          busyMs += error.waitMs;
          await pause(error.waitMs, signal);
          continue;
        }
        const getsOn = part.received - before >= PROGRESS_BYTES;
        if (getsOn) busyMs = 0;
        tries = getsOn ? 1 : tries + 1;
        if (error instanceof DownloadError || tries >= TRIES) throw error;
        await pause(FIRST_WAIT_MS * 2 ** (tries - 1), signal);
      }
    }
    return null;
  }

  /** From where it broke off to the end. */
  async #fetchRest(path: string, part: Part, stopped: AbortSignal): Promise<void> {
    const given = new AbortController();
    const giveUp = () => given.abort(new Error("Nothing came any more."));
    stopped.addEventListener("abort", giveUp);
    let silence = setTimeout(giveUp, SILENCE_MS);
    try {
      const rest = part.received === 0 ? {} : { range: `bytes=${part.received}-`, "if-range": part.etag };
      const answer = await this.#open(path, rest, given.signal);
      await expectRest(answer, part);
      for await (const bytes of answer.bytes) {
        clearTimeout(silence);
        silence = setTimeout(giveUp, SILENCE_MS);
        if (stopped.aborted) return;
        if (part.received + bytes.length > part.bytes.length)
          throw new DownloadError(`More than the ${part.bytes.length} bytes came that it should have.`);
        part.bytes.set(bytes, part.received);
        part.received += bytes.length;
        this.#onProgress();
      }
    } finally {
      clearTimeout(silence);
      stopped.removeEventListener("abort", giveUp);
      // Whatever still comes is not wanted.
      given.abort();
    }
    if (part.received < part.bytes.length)
      throw new Error(`The download broke off after ${part.received} of ${part.bytes.length} bytes.`);
  }
}

/** The bytes are not those that were published. */
class Damaged extends DownloadError {}

function roomFor({ byteLength, parameterCount }: WantedParameters): Uint8Array {
  const expected = FRAME_HEADER_BYTES + 4 * parameterCount;
  if (byteLength !== expected)
    throw new DownloadError(`${parameterCount} parameters are a frame of ${expected} bytes, not ${byteLength}.`);
  return new Uint8Array(byteLength);
}

/** Whether the answer is what was asked for: the whole, or the rest, of just these bytes. */
async function expectRest({ status, header, bytes }: BytesAnswer, part: Part): Promise<void> {
  const total = part.bytes.length;
  const waitMs = status === 503 ? waitAsked(header("retry-after")) : null;
  if (waitMs !== null) throw new BusyError(`The answer was ${status}: ${await textOf(bytes)}`, waitMs);
  if (status >= 500 || status === 429) throw new Error(`The answer was ${status}: ${await textOf(bytes)}`);
  if (status !== 200 && status !== 206) throw new DownloadError(`The answer was ${status}: ${await textOf(bytes)}`);
  if (header("etag") !== part.etag)
    throw new DownloadError(`The answer is something else than was asked for: ${header("etag") ?? "it has no name"}.`);
  if (status === 200) part.received = 0;
  else if (header("content-range") !== `bytes ${part.received}-${total - 1}/${total}`)
    throw new DownloadError(`Asked for the bytes from ${part.received} on, it sends ${header("content-range")}.`);
  const length = header("content-length");
  const left = total - part.received;
  if (length !== null && Number(length) !== left)
    throw new DownloadError(`The answer says that it has ${length} bytes; ${left} are to come.`);
}

/** In milliseconds, between a second and a minute; null where nothing is said, or a date. */
function waitAsked(retryAfter: string | null): number | null {
  if (retryAfter === null || !/^\d{1,9}$/.test(retryAfter)) return null;
  return 1000 * Math.min(60, Math.max(1, Number(retryAfter)));
}

/** The beginning of what an answer says that is not what was asked for. */
async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  for await (const piece of bytes) return new TextDecoder().decode(piece.subarray(0, 200));
  return "nothing";
}

function read(bytes: Uint8Array, { run, version, checksum, parameterCount }: WantedParameters): Float32Array {
  const parsed = readFrame(bytes, parameterCount);
  if (!parsed.ok) throw new Damaged(parsed.refusal.sentence);
  if (parsed.frame.run !== run || parsed.frame.version !== version || checksumIn(bytes) !== checksum)
    throw new Damaged(`It is version ${parsed.frame.version} of run ${parsed.frame.run}, with another checksum.`);
  return parsed.frame.vector;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
