import type { Server, Socket } from "socket.io";

/** A greeting, an event that has a name and asks for no receipt, the same with binary fields, and a goodbye. */
const usual = { first: /^0(\{.*\})?$/s, later: /^(2\["|5[1-9]\d*-\["|1$)/ };

/**
 * Much of what engine.io and socket.io do not expect they pass over in silence: a second greeting becomes a second
 * connection within the first, a receipt for nothing is dropped, a goodbye leaves the socket open. Here whatever the
 * dialing end never sends ends the connection, and so does its goodbye. Returns whether that was a connection's end.
 */
export function endOnStrangePackets(server: Server): (socket: Socket) => boolean {
  const ended = new WeakSet<object>();
  server.engine.on("connection", (conn: Engine) => {
    let greeted = false;
    conn.on("packet", ({ type, data }) => {
      if (type === "pong" || (type === "message" && data instanceof Uint8Array)) return;
      // An empty packet has no data at all.
      const isUsual = type === "message" && (greeted ? usual.later : usual.first).test(`${data ?? ""}`);
      greeted = true;
      if (isUsual) return;
      ended.add(conn);
      // Without a goodbye, to which it need not answer.
      conn.request.socket.destroy();
    });
  });
  server.on("connection", (socket) => {
    socket.on("disconnect", () => socket.conn.close());
  });
  return (socket) => ended.has(socket.conn);
}

/** The part of engine.io's socket that is needed; the package is socket.io's own business. */
interface Engine extends Pick<Socket["conn"], "request"> {
  on(event: "packet", listen: (packet: { type: string; data?: string | Uint8Array }) => void): void;
}
