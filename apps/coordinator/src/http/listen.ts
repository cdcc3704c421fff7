import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { limits } from "@convoy/protocol";
import { NetworkCounts } from "@convoy/transport";
import { StartError } from "../start-error.ts";

export interface Listening {
  readonly server: Server;
  readonly port: number;
}

/** Listens, or says in one sentence why that is not possible. What is answered is the caller's to add. */
export function listen(host: string, port: number): Promise<Listening> {
  const server = createServer();
  server.maxConnections = limits.sockets;
  boundSocketsPerAddress(server, limits.socketsPerAddress);
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new StartError(sentenceOf(error, host, port))));
    server.listen(port, host, () => resolve({ server, port: (server.address() as AddressInfo).port }));
  });
}

/** One address that opens socket after socket, and says nothing, is not to keep everybody else out. */
export function boundSocketsPerAddress(server: Pick<Server, "on">, most: number): void {
  const counts = new NetworkCounts(most);
  server.on("connection", (socket: Socket) => {
    const { remoteAddress: address = "" } = socket;
    if (!counts.hasRoom(address)) {
      socket.destroy();
      return;
    }
    counts.add(address);
    socket.once("close", () => counts.remove(address));
  });
}

function sentenceOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} is in use: stop the other program, or choose another port with --port.`;
    case "EACCES":
      return `This user may not listen on port ${port}: choose one above 1023 with --port.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `This machine has no address ${host}: give one of its own with --host.`;
    default:
      return `The coordinator cannot listen on ${host}:${port}: ${error.message}`;
  }
}
