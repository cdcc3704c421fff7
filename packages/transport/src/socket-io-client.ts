import { io } from "socket.io-client";
import { withBytes } from "./binary-fields.ts";
import type { Connection, Dial } from "./connection.ts";
import { MESSAGE_EVENT, SOCKET_PATH } from "./socket-io-settings.ts";

/** Whoever is turned away each time must not come back as fast as the network allows. */
const RETURN_DELAY_MS = 500;

export interface DialOptions {
  /** Certificate, as PEM, of the authority to be trusted for https instead of those that Node.js knows; not in browsers. */
  readonly authority?: string | undefined;
}

/** Dials over socket.io, by websocket only: long-polling would send binary as base64. `url` is the coordinator's origin. */
export function dialSocketIo(url: string, { authority }: DialOptions = {}): Dial {
  return (listener): Connection => {
    const socket = io(url, {
      path: SOCKET_PATH,
      transports: ["websocket"],
      reconnectionDelay: 250,
      reconnectionDelayMax: 3000,
      randomizationFactor: 0.5,
      ...(authority === undefined ? {} : { ca: authority }),
    });
    let returning: ReturnType<typeof setTimeout> | undefined;
    socket.on("connect", () => listener.onOpen());
    socket.on("disconnect", (reason) => {
      listener.onClose(reason);
      // socket.io does not come back by itself when the other side ended the connection.
      if (reason === "io server disconnect") returning = setTimeout(() => socket.connect(), RETURN_DELAY_MS);
    });
    socket.on(MESSAGE_EVENT, (data: unknown) => listener.onMessage(withBytes(data)));
    return {
      send(message) {
        if (socket.connected) socket.emit(MESSAGE_EVENT, message);
      },
      close() {
        clearTimeout(returning);
        socket.disconnect();
      },
    };
  };
}
