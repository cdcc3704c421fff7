/** The program of the thread behind `PlaneInThread`: a data plane in shared memory, and what is asked of it, in order. */
import { parentPort, workerData } from "node:worker_threads";
import { contributionReader, DataPlane, type KeptVectors } from "@convoy/coordination";
import type { FromPlaneThread, PlaneBeginning, ToPlaneThread } from "./plane-messages.ts";

const { settings, start } = workerData as PlaneBeginning;
const plane = new DataPlane(settings, start, SharedArrayBuffer);
const readContribution = contributionReader(settings);
/** What somebody reads, by its version: on its way to another thread it becomes other objects. */
const kept = new Map<number, KeptVectors>();

parentPort?.on("message", (message: ToPlaneThread) => {
  switch (message.type) {
    case "read": {
      const read = readContribution(message.bytes);
      say({ type: "read", read }, read.ok ? [read.frame.vector.buffer as ArrayBuffer] : []);
      break;
    }
    case "accumulate":
      plane.accumulate(message.group, message.shardCount, message.vector, message.weight);
      break;
    case "update":
      sayPublished(plane.update(message.version, message.sampleCount, message.codec));
      break;
    case "keep": {
      const vectors = plane.keep();
      kept.set(vectors.version, vectors);
      say({ type: "kept", kept: vectors });
      break;
    }
    case "give-back": {
      const vectors = kept.get(message.version);
      kept.delete(message.version);
      if (vectors !== undefined) plane.giveBack(vectors);
    }
  }
});

function sayPublished(isNew: boolean): void {
  const { version, frame, parameters, change } = plane;
  say({ type: "published", isNew, published: { version, frame, parameters, change } });
}

function say(message: FromPlaneThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

sayPublished(false);
