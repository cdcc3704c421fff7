import type { Server as HttpServer, IncomingHttpHeaders } from "node:http";
import { limits } from "@convoy/protocol";
import { Server } from "socket.io";
import { withBytes } from "./binary-fields.ts";
import { callerOf } from "./caller.ts";
import type { Accept } from "./connection.ts";
import { MESSAGE_EVENT, SOCKET_PATH } from "./socket-io-settings.ts";
import { endOnStrangePackets } from "./strange-packets.ts";
import { countUnreadBytes } from "./unread-bytes.ts";

export { callerOf } from "./caller.ts";

export interface SocketIoServer {
  close(): Promise<void>;
}

/**
 * Accepts socket.io connections on an HTTP server. Without connection-state recovery (it would keep every vector in
 * memory), without compression (floats do not compress) and without long-polling.
 */
export function acceptSocketIo(httpServer: HttpServer, accept: Accept): SocketIoServer {
  const server = new Server(httpServer, {
    path: SOCKET_PATH,
    transports: ["websocket"],
    maxHttpBufferSize: limits.messageBytes,
    perMessageDeflate: false,
    serveClient: false,
    allowRequest: ({ headers }, decide) => decide(null, isSameOrigin(headers)),
  });
  const endedStrangely = endOnStrangePackets(server);
  server.on("connection", (socket) => {
    const unreadBytes = countUnreadBytes(socket);
    let doesNotRead = false;
    const connection = {
      send(message: object) {
        if (doesNotRead) return;
        socket.emit(MESSAGE_EVENT, message);
        if (unreadBytes() <= limits.unreadBytes) return;
        doesNotRead = true;
        // Without a goodbye, which would wait behind all the rest. Its end is heard of later, not within `send`.
        socket.request.socket.destroy();
      },
      close() {
        socket.disconnect(true);
      },
    };
    const listener = accept(connection, callerOf(socket.request));
    // `on` hands a message out one tick late, and not at all when its sender has closed in the meantime.
    socket.onAny((event: string, ...data: unknown[]) => {
      if (endedStrangely(socket)) return;
      // Of several, or under another name: nothing that any message looks like, so the protocol refuses it.
      listener.onMessage(event === MESSAGE_EVENT && data.length === 1 ? withBytes(data[0]) : undefined);
    });
    socket.on("disconnect", (reason) => {
      listener.onClose(doesNotRead ? "it did not read what it was sent" : (inWords[reason] ?? reason));
    });
  });
  return { close: () => server.close() };
}

/** socket.io's reasons, for people who read the log of a run. */
const inWords: Partial<Record<string, string>> = {
  "transport close": "the tab was closed or the connection broke",
  "transport error": "the connection broke",
  "ping timeout": "there was no sign of life",
  "client namespace disconnect": "it closed the connection",
  "server namespace disconnect": "the coordinator closed the connection",
  "server shutting down": "the coordinator ended",
};

/**
 * Browsers let any page of the web open a websocket to this machine; only pages that this server served may.
 * Programs outside a browser send no origin.
 */
function isSameOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
