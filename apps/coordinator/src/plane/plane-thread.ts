/** The program of the thread behind `PlaneInThread`: a data plane, and what is asked of it, in order. */
import { parentPort } from "node:worker_threads";
import { contributionReader, DataPlane, type KeptVectors } from "@convoy/coordination";
import { assert } from "@convoy/foundation";
import {
  type AskedOfPlane,
  type FromPlaneThread,
  memoryOf,
  type Published,
  type ToPlaneThread,
} from "./plane-messages.ts";

interface Begun {
  readonly plane: DataPlane;
  readonly readContribution: ReturnType<typeof contributionReader>;
}

let begun: Begun | null = null;

parentPort?.on("message", (message: ToPlaneThread) => {
  if (message.type === "begin") {
    const { settings, start } = message;
    // Of each frame the other thread has a copy.
    const plane = new DataPlane(settings, start, { reusesFrames: true });
    begun = { plane, readContribution: contributionReader(settings) };
    sayPublished(plane);
    return;
  }
  assert(begun !== null, "the beginning comes first");
  answer(message, begun);
});

function answer(message: AskedOfPlane, { plane, readContribution }: Begun): void {
  switch (message.type) {
    case "read": {
      const read = readContribution(message.bytes);
      say({ type: "read", read }, read.ok ? [memoryOf(read.frame.vector)] : []);
      break;
    }
    case "accumulate":
      plane.accumulate(message.group, message.shardCount, message.vector, message.weight);
      break;
    case "update":
      if (plane.update(message.version, message.sampleCount, message.codec)) sayPublished(plane);
      else say({ type: "published", published: null }, []);
      break;
    case "keep": {
      const kept = plane.keep();
      const copies = copyOf(kept);
      plane.giveBack(kept);
      say({ type: "kept", kept: copies }, vectorsOf(copies).map(memoryOf));
    }
  }
}

function sayPublished({ version, frame, change }: DataPlane): void {
  const published: Published = { version, frame: frame.slice(), change };
  // A change is made anew each time, and nobody asks for it here.
  const frames = [published.frame, ...(change === null ? [] : [change.frame])];
  say(
    { type: "published", published },
    frames.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

function copyOf({ version, parameters, master, optimizerState }: KeptVectors): KeptVectors {
  return {
    version,
    parameters: parameters.slice(),
    master: master?.slice() ?? null,
    optimizerState: new Map([...optimizerState].map(([name, vector]) => [name, vector.slice()])),
  };
}

function vectorsOf({ parameters, master, optimizerState }: KeptVectors): Float32Array[] {
  return [parameters, ...(master === null ? [] : [master]), ...optimizerState.values()];
}

/** `handedOver`: memory that goes with the message. */
function say(message: FromPlaneThread, handedOver: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(message, [...handedOver]);
}
