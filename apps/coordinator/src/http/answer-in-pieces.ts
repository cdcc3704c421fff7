import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Sending } from "./sending.ts";

/** So long that sending it costs little, and so short that everything else goes on between two. */
export const PIECE_BYTES = 256 * 1024;

/** A long answer. */
interface Pieces {
  readonly status: 200 | 206;
  readonly headers: Record<string, string>;
  readonly begin: Parameters<Sending["stream"]>[1];
}

interface Bounds {
  /** When to ask again, where there is no room. */
  readonly retryAfterSeconds: number;
  /** Whoever reads nothing for so long is not to keep others out. */
  readonly pauseMs: number;
}

/** Sends the pieces, or says that there is no room for another download. */
export function answerInPieces(
  context: Context<{ Bindings: HttpBindings }>,
  sending: Sending,
  { status, headers, begin }: Pieces,
  { retryAfterSeconds, pauseMs }: Bounds,
): Response {
  const { incoming, outgoing } = context.env;
  const address = incoming.socket.remoteAddress ?? "";
  if (!sending.hasRoom(address)) {
    context.header("retry-after", String(retryAfterSeconds));
    return context.json({ error: "As many downloads as are possible are under way; try again in a moment." }, 503);
  }
  outgoing.setTimeout(pauseMs);
  return context.body(sending.stream(address, begin), status, headers);
}
