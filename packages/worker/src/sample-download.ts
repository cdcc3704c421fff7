/** All samples of a run over HTTP, into the cache. Whatever of it does not come is asked for over the socket, as it is needed. */
import { allSamplesBytes, allSamplesPath, type FetchSamplesMessage } from "@convoy/protocol";
import type { OpenBytes } from "@convoy/transport";
import type { RunInHand } from "./run-in-hand.ts";
import type { SampleCache } from "./sample-cache.ts";
import { SampleStream } from "./sample-stream.ts";

/** It takes tenths of a second. It is waited for no longer than this, in milliseconds. */
const PATIENCE_MS = 2000;

interface Coming {
  readonly cache: SampleCache;
  readonly stop: AbortController;
  readonly end: Promise<void>;
}

export class SampleDownload {
  #coming: Coming | null = null;

  /** Before its end a worker is not ready, so that nobody waits for it. What is not here after two seconds is given up. */
  async settle(): Promise<void> {
    const coming = this.#coming;
    if (coming === null) return;
    const patience = setTimeout(() => coming.stop.abort(), PATIENCE_MS);
    await coming.end;
    clearTimeout(patience);
  }

  /** Nothing, where they are on their way already, or here. `open`: undefined where everything comes over the socket. */
  begin({ testCount }: FetchSamplesMessage, run: RunInHand, open: OpenBytes | undefined): void {
    const count = run.trainCount + testCount;
    if (open === undefined || this.#coming?.cache === run.cache) return;
    // Of another run.
    this.stop();
    if (run.cache.count >= count || run.cache.capacity < count) return;
    const stop = new AbortController();
    const end = new Promise<void>((resolve) => {
      const finish = () => {
        if (this.#coming?.stop === stop) this.#coming = null;
        resolve();
        // Whatever still comes is not wanted.
        stop.abort();
      };
      stop.signal.addEventListener("abort", finish, { once: true });
      void fetchAll(open, run, testCount, stop.signal).then(finish);
    });
    this.#coming = { cache: run.cache, stop, end };
  }

  /** What is there is kept. */
  stop(): void {
    this.#coming?.stop.abort();
  }
}

/** Never fails: there is another way, by which everything comes that is missing. */
async function fetchAll(open: OpenBytes, run: RunInHand, testCount: number, signal: AbortSignal): Promise<void> {
  try {
    const { status, header, bytes } = await open(allSamplesPath(run.run), {}, signal);
    const expected = allSamplesBytes(run.trainCount + testCount, run.sampleBytes);
    if (status !== 200 || Number(header("content-length") ?? expected) !== expected) return;
    const stream = new SampleStream(run, testCount);
    for await (const piece of bytes) {
      if (signal.aborted) return;
      stream.take(piece);
    }
  } catch {
    // It broke off, or was stopped.
  }
}
