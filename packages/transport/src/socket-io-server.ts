import type { Server as HttpServer } from "node:http";
import { limits } from "@convoy/protocol";
import { Server } from "socket.io";
import { withBytes } from "./binary-fields.ts";
import type { Accept } from "./connection.ts";
import { MESSAGE_EVENT, SOCKET_PATH } from "./socket-io-settings.ts";

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
  });
  server.on("connection", (socket) => {
    const connection = {
      send(message: object) {
        socket.emit(MESSAGE_EVENT, message);
      },
      close() {
        socket.disconnect(true);
      },
    };
    const listener = accept(connection, socket.handshake.address);
    socket.on(MESSAGE_EVENT, (data: unknown) => listener.onMessage(withBytes(data)));
    socket.on("disconnect", (reason) => listener.onClose(reason));
  });
  return { close: () => server.close() };
}
