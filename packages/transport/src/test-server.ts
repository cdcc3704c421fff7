/** A real server on a loopback port, for tests. */
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { limits } from "@convoy/protocol";
import type { Accept } from "./connection.ts";
import { acceptSocketIo } from "./socket-io-server.ts";
import type { TransportBounds } from "./transport-bounds.ts";

export interface Listening {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

export async function listen(accept: Accept, port = 0, bounds: TransportBounds = limits): Promise<Listening> {
  const server: Server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const { close } = acceptSocketIo(server, accept, bounds);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, sockets, close };
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
