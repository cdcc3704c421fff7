/** Versions of the parameters for workers that are new: bytes that never change, which a download that broke off goes on with. */
import { checksumIn, limits, snapshotEtag } from "@convoy/protocol";
import type { Context } from "hono";
import { answerInPieces, PIECE_BYTES } from "./answer-in-pieces.ts";
import { BytePace } from "./byte-pace.ts";
import { type ByteRange, readRange } from "./byte-range.ts";
import type { Routes } from "./routes.ts";
import { Sending } from "./sending.ts";

/** The versions of one run. */
export interface ServedParameters {
  readonly run: string;
  readonly newestVersion: number;
  /** The frame; null where there is none, or none any more. Asked for each piece, since an old one may go. */
  find(version: number): Uint8Array | null;
}

export interface SnapshotBounds {
  readonly snapshotDownloads: number;
  readonly snapshotBytesPerSecond: number;
  readonly transferPauseMs: number;
}

/** `served`: null while there is no run. */
export function addParameterRoutes(
  app: Routes,
  served: () => ServedParameters | null,
  bounds: SnapshotBounds = limits,
): void {
  const sending = new Sending(bounds.snapshotDownloads);
  const pace = new BytePace(bounds.snapshotBytesPerSecond);
  app.get("/api/run/parameters/:run{[0-9a-f]{16}}/:version{[0-9]{1,10}}", (context) => {
    const { run, version: named } = context.req.param();
    const parameters = served();
    const version = Number(named);
    const frame = parameters?.run === run ? parameters.find(version) : null;
    if (parameters === null || frame === null) return answerMissing(context, parameters, run, version);
    const etag = snapshotEtag(run, version, checksumIn(frame));
    const headers = {
      etag,
      // Another version, and another run, has another address.
      "cache-control": "private, max-age=31536000, immutable",
      "accept-ranges": "bytes",
    };
    if (isNamed(context.req.header("if-none-match"), etag)) return context.body(null, 304, headers);
    const total = frame.byteLength;
    const asked = rangeAsked(context, etag, total);
    if (asked === "unsatisfiable") {
      const error = `Of ${total} bytes one part can be asked for at a time, as in "Range: bytes=0-${total - 1}".`;
      return context.json({ error }, 416, { ...headers, "content-range": `bytes */${total}` });
    }
    const { start, end } = asked === "whole" ? { start: 0, end: total } : asked;
    const { outgoing } = context.env;
    const find = () => {
      const kept = parameters.find(version);
      // Whoever reads sees that there should have been more.
      if (kept === null) outgoing.destroy();
      return kept;
    };
    const all = {
      ...headers,
      "content-type": "application/octet-stream",
      "content-length": String(end - start),
      ...(asked === "whole" ? {} : { "content-range": `bytes ${start}-${end - 1}/${total}` }),
    };
    const begin = () => pieces({ start, end }, pace, find);
    return answerInPieces(
      context,
      sending,
      { status: asked === "whole" ? 200 : 206, headers: all, begin },
      { retryAfterSeconds: 5, pauseMs: bounds.transferPauseMs },
    );
  });
}

/** What was, and is not kept any more, is told apart from what never was. */
function answerMissing(context: Context, served: ServedParameters | null, run: string, version: number): Response {
  if (served === null) return context.json({ error: "The run is being prepared; try again in a moment." }, 503);
  if (served.run !== run) return context.json({ error: `The run here is ${served.run}, not ${run}.` }, 404);
  if (version > served.newestVersion) {
    return context.json({ error: `There is no version ${version} of the parameters yet.` }, 404);
  }
  const error = `Version ${version} of the parameters is not kept any more; the newest is ${served.newestVersion}.`;
  return context.json({ error }, 410);
}

/** A part is asked for of one version of the bytes: of another, the whole is sent. */
function rangeAsked({ req }: Context, etag: string, total: number): ReturnType<typeof readRange> {
  const condition = req.header("if-range");
  return condition === undefined || condition === etag ? readRange(req.header("range"), total) : "whole";
}

function isNamed(header: string | undefined, etag: string): boolean {
  const known = header?.split(/\s*,\s*/) ?? [];
  return known.includes(etag) || known.includes(`W/${etag}`) || known.includes("*");
}

/** Views on the frame, one after the other, as long as it is there. */
async function* pieces(
  { start, end }: ByteRange,
  pace: BytePace,
  find: () => Uint8Array | null,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += PIECE_BYTES) {
    const next = Math.min(end, at + PIECE_BYTES);
    await pace.turn(next - at);
    const frame = find();
    if (frame === null) return;
    yield frame.subarray(at, next);
  }
}
