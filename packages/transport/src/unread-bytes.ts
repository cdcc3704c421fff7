import type { Server, Socket } from "socket.io";
import { PACKET_BYTES } from "./packet-size.ts";

/**
 * Returns how many bytes wait for a peer to read them: packets that engine.io holds back while the socket is busy, and
 * what the socket itself has not handed to the system. Counted as it comes and goes, since summing up a long queue
 * for each message would take longer and longer.
 */
export function countUnreadBytes({ conn, request }: Socket): () => number {
  let heldBack = 0;
  conn.on("packetCreate", ({ data }: { data?: string | Uint8Array }) => {
    heldBack += PACKET_BYTES + (data?.length ?? 0);
  });
  conn.on("flush", () => {
    heldBack = 0;
  });
  return () => heldBack + request.socket.writableLength;
}

/**
 * Ends connections that let answers to a websocket's own pings pile up: they are written by the websocket itself, so no
 * other count sees them.
 */
export function endOnUnreadPongs(server: Server, mostBytes: number): void {
  server.engine.on("connection", ({ transport, request }: Engine) => {
    transport.socket.on("ping", () => {
      if (request.socket.writableLength > mostBytes) request.socket.destroy();
    });
  });
}

/** The part of engine.io's socket that is needed; the package is socket.io's own business. */
interface Engine extends Pick<Socket["conn"], "request"> {
  readonly transport: { readonly socket: { on(event: "ping", listen: () => void): void } };
}
