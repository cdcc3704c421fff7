import type { WorkerEvent } from "@convoy/coordination";
import { type FetchMessage, type Refusal, readFrame, type ToWorker } from "@convoy/protocol";
import type { OpenBytes } from "@convoy/transport";
import { followChange, type KnownRun, ofAnotherRun, type VersionHeld } from "./follow-change.ts";
import { ParameterDownload } from "./parameter-download.ts";

/** All parameters of a version, or the change that leads there. */
type ParametersMessage = Extract<ToWorker, { type: "parameters" | "parameters-change" }>;

interface Held extends VersionHeld {
  /** Made here: not a part of a message, whose bytes others may have too. */
  readonly isOwn: boolean;
}

/** The newest parameters that arrived, over the socket or over HTTP. */
export class HeldParameters {
  readonly #handle: (event: WorkerEvent) => void;
  /** Null where everything comes over the socket. */
  readonly #download: ParameterDownload | null;
  #held: Held | null = null;
  /** Of an earlier version: what is computed with it nobody waits for any more when the next change comes. */
  #spare: Float32Array | null = null;

  constructor(open: OpenBytes | undefined, handle: (event: WorkerEvent) => void, onProgress: () => void) {
    this.#handle = handle;
    this.#download = open === undefined ? null : new ParameterDownload(open, onProgress);
  }

  /** Null before the first. Not written to until the second next version comes. */
  get vector(): Float32Array | null {
    return this.#held?.vector ?? null;
  }

  /** Of what is being fetched, in bytes; null while nothing is. */
  get progress(): ParameterDownload["progress"] {
    return this.#download?.progress ?? null;
  }

  /** What there was is of another run or connection. */
  forget(): void {
    this.#held = null;
    this.#spare = null;
    this.stop();
  }

  stop(): void {
    this.#download?.stop();
  }

  /** What cannot be taken leaves the worker as it was: it gives the lease back and gets all of them again. */
  store(message: ParametersMessage, known: KnownRun): void {
    const next = message.type === "parameters" ? readAll(message.frame, known) : this.#follow(message, known);
    if ("reason" in next) {
      this.#handle({ type: "parameters-refused", sentence: next.sentence });
      return;
    }
    this.#spare = this.#held?.isOwn ? this.#held.vector : null;
    this.#held = next;
    this.#handle({ type: "parameters-stored", version: next.version });
  }

  #follow(message: Extract<ParametersMessage, { type: "parameters-change" }>, known: KnownRun): Held | Refusal {
    let reached = this.#spare;
    const next = followChange(message, this.#held, known, () => (reached ??= new Float32Array(known.parameterCount)));
    this.#spare = reached;
    return "reason" in next ? next : { ...next, isOwn: true };
  }

  async fetch(message: FetchMessage, known: KnownRun): Promise<void> {
    const { version } = message;
    // Two of the largest would be a lot for a tab.
    this.#held = null;
    this.#spare = null;
    try {
      if (this.#download === null) throw new Error("This worker has its socket alone.");
      const vector = await this.#download.fetch({ ...message, ...known });
      if (vector === null) return;
      this.#held = { version, vector, isOwn: true };
      this.#handle({ type: "fetched", version });
    } catch (error) {
      this.#handle({ type: "fetch-failed", version, sentence: error instanceof Error ? error.message : String(error) });
    }
  }
}

function readAll(bytes: Uint8Array, { run, parameterCount }: KnownRun): Held | Refusal {
  const parsed = readFrame(bytes, parameterCount);
  if (!parsed.ok) return parsed.refusal;
  const { version, vector } = parsed.frame;
  return parsed.frame.run === run ? { version, vector, isOwn: false } : ofAnotherRun;
}
