import type { EngineWish, WorkerEvent } from "@convoy/coordination";
import type { Device } from "./worker-surroundings.ts";

/** What a device says of the engine that it tests for a wish, at once and in the end: the first of those that it has. */
export function proveEngine({ fingerprints, provingMs }: Device, wish: EngineWish) {
  const isWished = (one: string) => wish.fingerprint === null || one === wish.fingerprint;
  const fingerprint = fingerprints.find(isWished);
  const tested: WorkerEvent = { type: "engine-tested", wish, engine: fingerprint ?? "none" };
  if (fingerprint === undefined) {
    const sentence = "No engine of this device is the one that is wanted.";
    const outcome: WorkerEvent = { type: "engine-missing", wish, sentence };
    return { tested, outcome };
  }
  const identity = { name: fingerprint, device: "simulated", fingerprint };
  const proof = { largestError: 0, durationMs: provingMs };
  const outcome: WorkerEvent = { type: "engine-proven", wish, identity, proof };
  return { tested, outcome };
}
