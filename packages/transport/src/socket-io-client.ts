import { io, type Socket } from "socket.io-client";
import type { Connection, Dial } from "./connection.ts";
import { MessageEnd } from "./message-end.ts";
import type { Pipe } from "./pipe.ts";
import { ReturnDelay } from "./return-delay.ts";
import { SOCKET_PATH } from "./socket-io-settings.ts";

export { openByFetch } from "./open-by-fetch.ts";

export interface DialOptions {
  /** Certificate, as PEM, of the authority to be trusted for https instead of those that Node.js knows; not in browsers. */
  readonly authority?: string | undefined;
}

/** Dials over socket.io, by websocket only: long-polling would send binary as base64. `url` is the coordinator's origin. */
export function dialSocketIo(url: string, { authority }: DialOptions = {}): Dial {
  return (listener): Connection => {
    const delay = new ReturnDelay();
    let returning: ReturnType<typeof setTimeout> | undefined;
    let end: MessageEnd | null = null;
    let closed = false;
    // socket.io would come back neither when the other side ended the connection nor spread out after a long wait.
    const socket = io(url, {
      path: SOCKET_PATH,
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
      ...(authority === undefined ? {} : { ca: authority }),
    });
    const comeBackAfter = (ms: number) => {
      clearTimeout(returning);
      if (!closed) returning = setTimeout(() => socket.connect(), ms);
    };
    socket.on("connect", () => {
      delay.opened();
      end = new MessageEnd(pipeOf(socket));
      end.listen(listener);
      listener.onOpen();
    });
    socket.on("connect_error", () => comeBackAfter(delay.afterFailure()));
    socket.on("disconnect", (reason) => {
      // What was sent while it was already broken would otherwise be the first that the next connection carries.
      socket.sendBuffer = [];
      comeBackAfter(reason === "io server disconnect" ? delay.afterGoodbye() : delay.afterFailure());
      end?.ended(reason);
    });
    socket.onAny((event: string, data: unknown) => end?.receive(event, data));
    return {
      send: (message) => end?.send(message),
      close() {
        closed = true;
        clearTimeout(returning);
        end?.close();
        socket.disconnect();
      },
    };
  };
}

function pipeOf(socket: Socket): Pipe {
  return {
    send: (channel, packet) => socket.emit(channel, packet),
    // It is the accepting end that watches over this.
    unreadBytes: () => 0,
    close: () => socket.disconnect(),
    break: () => socket.io.engine.close(),
  };
}
