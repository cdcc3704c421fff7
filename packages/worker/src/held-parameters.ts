import type { WorkerEvent } from "@convoy/coordination";
import { type FetchMessage, readFrame } from "@convoy/protocol";
import type { OpenBytes } from "@convoy/transport";
import { ParameterDownload } from "./parameter-download.ts";

/** What the parameters must be of. */
interface KnownRun {
  readonly run: string;
  readonly parameterCount: number;
}

/** The newest parameters that arrived, over the socket or over HTTP. */
export class HeldParameters {
  readonly #handle: (event: WorkerEvent) => void;
  /** Null where everything comes over the socket. */
  readonly #download: ParameterDownload | null;
  #vector: Float32Array | null = null;

  constructor(open: OpenBytes | undefined, handle: (event: WorkerEvent) => void, onProgress: () => void) {
    this.#handle = handle;
    this.#download = open === undefined ? null : new ParameterDownload(open, onProgress);
  }

  /** Null before the first. */
  get vector(): Float32Array | null {
    return this.#vector;
  }

  /** Of what is being fetched, in bytes; null while nothing is. */
  get progress(): ParameterDownload["progress"] {
    return this.#download?.progress ?? null;
  }

  /** What there was is of another run, or of the same as it was before. */
  forget(): void {
    this.#vector = null;
    this.stop();
  }

  stop(): void {
    this.#download?.stop();
  }

  /** A damaged frame leaves the worker as it was: it gives the lease back and gets them again. */
  store(bytes: Uint8Array, { run, parameterCount }: KnownRun): void {
    const parsed = readFrame(bytes, parameterCount);
    if (!parsed.ok || parsed.frame.run !== run) return;
    this.#vector = parsed.frame.vector;
    this.#handle({ type: "parameters-stored", version: parsed.frame.version });
  }

  async fetch(message: FetchMessage, known: KnownRun): Promise<void> {
    const { version } = message;
    // Two of the largest would be a lot for a tab.
    this.#vector = null;
    try {
      if (this.#download === null) throw new Error("This worker has its socket alone.");
      const vector = await this.#download.fetch({ ...message, ...known });
      if (vector === null) return;
      this.#vector = vector;
      this.#handle({ type: "fetched", version });
    } catch (error) {
      this.#handle({ type: "fetch-failed", version, sentence: error instanceof Error ? error.message : String(error) });
    }
  }
}
