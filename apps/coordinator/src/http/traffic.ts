import type { Server } from "node:http";
import type { Socket } from "node:net";

export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/**
 * Counts what goes over the websockets of a server: workers and viewers, without pages and files. Whoever listens to
 * upgrades takes it on that somebody answers them: a server that does not is not to be counted yet.
 */
export function countTraffic(server: Pick<Server, "on">): () => Traffic {
  const open = new Set<Socket>();
  let closed: Traffic = { sentBytes: 0, receivedBytes: 0 };
  server.on("upgrade", (_, stream) => {
    // Of an HTTP server it is one, though its type promises less.
    const socket = stream as Socket;
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      closed = sumOf(closed, socket);
    });
  });
  return () => [...open].reduce(sumOf, closed);
}

function sumOf({ sentBytes, receivedBytes }: Traffic, { bytesWritten, bytesRead }: Socket): Traffic {
  return { sentBytes: sentBytes + bytesWritten, receivedBytes: receivedBytes + bytesRead };
}
