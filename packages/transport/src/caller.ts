import type { IncomingMessage } from "node:http";
import type { Caller } from "./connection.ts";

/** What proxies and tunnels add to a request that they pass on. */
const FORWARDING_HEADERS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/** Who sends a request: the first one of a websocket, or any other. */
export function callerOf({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): Caller {
  return {
    address: socket.remoteAddress ?? "",
    host: headers.host ?? null,
    forwarded: FORWARDING_HEADERS.some((name) => headers[name] !== undefined),
  };
}
