import type { Server as HttpServer, IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import { limits } from "@convoy/protocol";
import { Server, type Socket } from "socket.io";
import { callerOf } from "./caller.ts";
import type { Accept } from "./connection.ts";
import { AssemblyBudget } from "./long-messages/assembly-budget.ts";
import { MessageEnd } from "./message-end.ts";
import type { Pipe } from "./pipe.ts";
import { SOCKET_PATH } from "./socket-io-settings.ts";
import { endOnStrangePackets } from "./strange-packets.ts";
import type { TransportBounds } from "./transport-bounds.ts";
import { countUnreadBytes, endOnUnreadPongs } from "./unread-bytes.ts";
import { writeTogether } from "./write-together.ts";

export { callerOf } from "./caller.ts";

export interface SocketIoServer {
  close(): Promise<void>;
}

/**
 * Accepts socket.io connections on an HTTP server. Without connection-state recovery (it would keep every vector in
 * memory), without compression (floats do not compress) and without long-polling.
 */
export function acceptSocketIo(
  httpServer: HttpServer,
  accept: Accept,
  bounds: TransportBounds = limits,
): SocketIoServer {
  const server = new Server(httpServer, {
    path: SOCKET_PATH,
    transports: ["websocket"],
    maxHttpBufferSize: limits.chunkBytes,
    connectTimeout: bounds.greetingMs,
    pingInterval: bounds.heartbeatMs,
    pingTimeout: bounds.heartbeatTimeoutMs,
    perMessageDeflate: false,
    serveClient: false,
    allowRequest: ({ headers }, decide) => decide(null, isSameOrigin(headers)),
  });
  const sockets = openSockets(server);
  endOnUnreadPongs(server, bounds.unreadBytes);
  writeTogether(server);
  const endedStrangely = endOnStrangePackets(server);
  const supervision = { bounds, budget: new AssemblyBudget(bounds.assemblyBytes) };
  server.on("connection", (socket) => {
    const end = new MessageEnd(pipeOf(socket), supervision);
    // `on` hands a message out one tick late, and not at all when its sender has closed in the meantime.
    socket.onAny((event: string, ...data: unknown[]) => {
      // Several values are nothing that any packet looks like.
      if (!endedStrangely(socket)) end.receive(event, data.length === 1 ? data[0] : undefined);
    });
    socket.on("disconnect", (reason) => end.ended(inWords[reason] ?? reason));
    end.listen(accept(end, callerOf(socket.request)));
  });
  return { close: () => closeWithin(bounds.goodbyeMs, server, httpServer, sockets) };
}

/** The sockets on which there is a connection, or may be one soon. */
function openSockets(server: Server): Set<Duplex> {
  const sockets = new Set<Duplex>();
  server.engine.on("connection", ({ request: { socket } }: Pick<Socket["conn"], "request">) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return sockets;
}

/** A goodbye wants to be answered. Who does not answer, or has opened something else, is not waited for long. */
async function closeWithin(ms: number, server: Server, httpServer: HttpServer, sockets: Set<Duplex>): Promise<void> {
  const patience = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
    httpServer.closeAllConnections();
  }, ms);
  await server.close();
  clearTimeout(patience);
}

function pipeOf(socket: Socket): Pipe {
  return {
    send: (channel, packet) => socket.emit(channel, packet),
    unreadBytes: countUnreadBytes(socket),
    close: () => socket.disconnect(true),
    break: () => socket.request.socket.destroy(),
  };
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
