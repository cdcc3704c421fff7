import type { Server, Socket } from "socket.io";

/**
 * Hands packets that are sent in one turn of the event loop to the system together. By themselves, each frame of a
 * websocket is a call that may wake its reader, who finds a part of what is said to it and waits for the rest.
 */
export function writeTogether(server: Server): void {
  server.engine.on("connection", (conn: Engine) => {
    const { socket } = conn.request;
    conn.on("flush", () => {
      socket.cork();
      process.nextTick(() => socket.uncork());
    });
  });
}

/** The part of engine.io's socket that is needed; the package is socket.io's own business. */
interface Engine extends Pick<Socket["conn"], "request"> {
  on(event: "flush", listen: () => void): void;
}
