/** All samples of the run, for workers on this machine: one answer costs a small part of what thousands of messages do. */
import { allSamplesPath, limits } from "@convoy/protocol";
import { callerOf } from "@convoy/transport/server";
import { isOnThisMachine } from "../access/loopback.ts";
import { bytesOfAll, partsOfAll, type Samples } from "../samples/all-samples.ts";
import { answerInPieces, PIECE_BYTES } from "./answer-in-pieces.ts";
import type { Routes } from "./routes.ts";
import { Sending } from "./sending.ts";

/** Those of one run. */
export interface RunSamples {
  readonly run: string;
  readonly samples: Samples;
}

export interface SampleBounds {
  readonly sampleDownloads: number;
  readonly transferPauseMs: number;
}

/** `served`: null while there is no run. */
export function addSampleRoutes(app: Routes, served: () => RunSamples | null, bounds: SampleBounds = limits): void {
  const sending = new Sending(bounds.sampleDownloads);
  app.get(allSamplesPath(":run{[0-9a-f]{16}}"), (context) => {
    if (!isOnThisMachine(callerOf(context.env.incoming))) {
      const error =
        "All samples at once are for workers on the coordinator's own machine; others ask for what they need.";
      return context.json({ error }, 403);
    }
    const named = context.req.param("run");
    const current = served();
    if (current === null) return context.json({ error: "The run is being prepared; try again in a moment." }, 503);
    if (current.run !== named) {
      return context.json({ error: `The run here is ${current.run}, not ${named}.` }, 404);
    }
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(bytesOfAll(current.samples)),
      // A worker keeps them itself, and on the same machine they are there again at once.
      "cache-control": "no-store",
    };
    return answerInPieces(
      context,
      sending,
      { status: 200, headers, begin: () => pieces(partsOfAll(current.samples)) },
      { retryAfterSeconds: 5, pauseMs: bounds.transferPauseMs },
    );
  });
}

/** Views, one after the other. */
function* pieces(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts)
    for (let at = 0; at < part.length; at += PIECE_BYTES) yield part.subarray(at, at + PIECE_BYTES);
}
