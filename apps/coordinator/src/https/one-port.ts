import type { Server } from "node:http";
import type { Socket } from "node:net";
import { createServer, type SecureContextOptions } from "node:tls";
import { assert } from "@convoy/foundation";

/** The first byte of a TLS connection, a handshake record; HTTP begins with a letter. */
const TLS_HANDSHAKE = 0x16;
/** Browsers open connections ahead of what they ask for. */
const FIRST_BYTE_MS = 60_000;
const HANDSHAKE_MS = 10_000;

export interface TlsSide {
  /** Connections from now on are shown another certificate. */
  renew(options: SecureContextOptions): void;
  /** Ends connections of which nothing was heard, for they would keep the server from closing. */
  close(): void;
}

/**
 * Lets an HTTP server, which listens already or will, answer TLS on its port as well: one address to share, and whoever
 * types it without `https` still finds somebody who explains.
 */
export function answerTlsToo(server: Server, options: SecureContextOptions): TlsSide {
  const [serve] = server.listeners("connection") as ((this: Server, socket: Socket) => void)[];
  assert(serve !== undefined, "an HTTP server has a listener that reads requests from a connection");
  const tlsServer = createServer({ ...options, ALPNProtocols: ["http/1.1"], handshakeTimeout: HANDSHAKE_MS });
  tlsServer.on("secureConnection", (socket) => serve.call(server, socket));
  const silent = new Set<Socket>();
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
    onFirstByte(socket, (byte) => {
      silent.delete(socket);
      if (byte === TLS_HANDSHAKE) {
        // As sockets of a TLS server are; half open, they would stay for ever when the other side just goes.
        socket.allowHalfOpen = false;
        tlsServer.emit("connection", socket);
      } else serve.call(server, socket);
    });
  });
  return {
    renew: (renewed) => tlsServer.setSecureContext(renewed),
    close() {
      for (const socket of silent) socket.destroy();
    },
  };
}

/** Looks at the first byte and leaves it where it was. A connection that brings none ends. */
function onFirstByte(socket: Socket, decide: (byte: number) => void): void {
  const end = () => socket.destroy();
  socket.on("error", end);
  socket.setTimeout(FIRST_BYTE_MS, end);
  socket.once("readable", () => {
    const first = socket.read(1) as Buffer | null;
    if (first === null) {
      end();
      return;
    }
    socket.setTimeout(0);
    socket.off("timeout", end);
    socket.unshift(first);
    decide(first[0] as number);
    socket.off("error", end);
  });
}
