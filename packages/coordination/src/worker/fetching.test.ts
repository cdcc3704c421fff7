import type { FetchMessage } from "@convoy/protocol";
import { describe, expect, test } from "vitest";
import { readyWorker, sentIn } from "./test-worker.ts";

const told = (version: number): FetchMessage => ({ type: "fetch-parameters", version, byteLength: 100, checksum: 7 });

/** Ready, and told to fetch version 5. */
function fetchingWorker() {
  const worker = readyWorker();
  const effects = worker.handle({ type: "told-to-fetch", message: told(5) });
  return { worker, effects };
}

describe("a worker that is told to fetch parameters", () => {
  test("[N8] does, says when it holds them, and takes leases of that version", () => {
    const { worker, effects } = fetchingWorker();
    expect(effects).toEqual([{ type: "fetch", message: told(5) }]);
    expect(sentIn(worker.lease({ version: 5 }))).toMatchObject([{ type: "return-lease" }]);
    expect(sentIn(worker.handle({ type: "fetched", version: 5 }))).toEqual([{ type: "fetched", version: 5 }]);
    expect(worker.lease({ version: 5 })).toMatchObject([{ type: "compute" }]);
  });

  test("[N8] that it holds already says so at once", () => {
    const worker = readyWorker();
    expect(worker.handle({ type: "told-to-fetch", message: told(4) })).toEqual([
      { type: "send", message: { type: "fetched", version: 4 } },
    ]);
  });

  test("[N3] says why it cannot", () => {
    const { worker } = fetchingWorker();
    const effects = worker.handle({ type: "fetch-failed", version: 5, sentence: "x".repeat(1000) });
    expect(sentIn(effects)).toEqual([{ type: "fetch-failed", version: 5, reason: "x".repeat(300) }]);
    expect(worker.state).toMatchObject({ fetching: null, version: null, failure: null });
    // They come over the socket instead.
    worker.handle({ type: "parameters-stored", version: 5 });
    expect(worker.lease({ version: 5 })).toMatchObject([{ type: "compute" }]);
  });

  test("[N8] says nothing of a version that it is not to have any more", () => {
    const { worker } = fetchingWorker();
    worker.handle({ type: "told-to-fetch", message: told(6) });
    expect(worker.handle({ type: "fetched", version: 5 })).toEqual([]);
    expect(worker.handle({ type: "fetch-failed", version: 5, sentence: "no" })).toEqual([]);
    worker.handle({ type: "disconnected" });
    expect(worker.handle({ type: "fetched", version: 6 })).toEqual([]);
    expect(worker.state).toMatchObject({ fetching: null, version: null });
  });
});
