import { limits } from "@convoy/protocol";
import type { Accept, Caller, Connection, ConnectionListener, Dial, DialListener } from "./connection.ts";

const withinThisProcess: Caller = { address: "127.0.0.1", host: "localhost", forwarded: false };

/**
 * Dials within one process. Messages wait in a queue until `flush`, so a test decides when anything arrives; binary
 * fields are copied as a socket would.
 */
export class MemoryNetwork {
  readonly #accept: Accept;
  readonly #queue: (() => void)[] = [];
  readonly #links = new Set<Link>();
  #redials: (() => void)[] = [];

  constructor(accept: Accept) {
    this.#accept = accept;
  }

  readonly dial: Dial = (listener) => {
    let link: Link | null = null;
    let closed = false;
    const open = () =>
      this.#queue.push(() => {
        if (closed) return;
        link = this.#open(listener, () => {
          link = null;
          // Not at once: whoever is turned away each time would be so for ever within one flush.
          if (!closed) this.#redials.push(open);
        });
        listener.onOpen();
      });
    open();
    return {
      send: (message) => link?.send("dialer", message),
      close() {
        closed = true;
        link?.close("dialer", "closed by the dialing end");
      },
    };
  };

  /**
   * Delivers what waits, and what that causes, until nothing waits. Returns how many deliveries that were. A connection
   * that breaks meanwhile is dialed again by the next flush.
   */
  flush(): number {
    for (const redial of this.#redials.splice(0)) redial();
    let count = 0;
    for (let delivery = this.#queue.shift(); delivery !== undefined; delivery = this.#queue.shift()) {
      delivery();
      count++;
    }
    return count;
  }

  /** Breaks every connection; what is on its way is lost. */
  breakAll(): void {
    for (const link of this.#links) link.break("the network broke");
  }

  #open(listener: DialListener, onEnd: () => void): Link {
    const link = new Link(this.#queue, listener, () => {
      this.#links.delete(link);
      onEnd();
    });
    this.#links.add(link);
    const connection: Connection = {
      send: (message) => link.send("acceptor", message),
      close: () => link.close("acceptor", "closed by the accepting end"),
    };
    link.listeners.acceptor = this.#accept(connection, withinThisProcess);
    return link;
  }
}

type End = "dialer" | "acceptor";

/** One connection, from its opening to its end. */
class Link {
  readonly listeners: { readonly dialer: ConnectionListener; acceptor: ConnectionListener | null };
  readonly #queue: (() => void)[];
  readonly #onEnd: () => void;
  /** An end is open until it closes, or hears that the other has. */
  readonly #open = { dialer: true, acceptor: true };

  constructor(queue: (() => void)[], dialer: ConnectionListener, onEnd: () => void) {
    this.#queue = queue;
    this.listeners = { dialer, acceptor: null };
    this.#onEnd = onEnd;
  }

  send(from: End, message: object): void {
    if (!this.#open[from]) return;
    const to = otherEnd(from);
    if (from === "dialer" && isTooLarge(message)) {
      this.break("a message was too large");
      return;
    }
    const copy = structuredClone(message);
    this.#queue.push(() => {
      if (this.#open[to]) this.listeners[to]?.onMessage(copy);
    });
  }

  /** What this end has sent still arrives; what is on its way to it does not. */
  close(end: End, reason: string): void {
    if (!this.#open[end]) return;
    this.#open[end] = false;
    this.#queue.push(() => {
      const other = otherEnd(end);
      const otherIsOpen = this.#open[other];
      this.#open[other] = false;
      this.listeners[end]?.onClose(reason);
      if (otherIsOpen) this.listeners[other]?.onClose(reason);
      this.#onEnd();
    });
  }

  break(reason: string): void {
    const ends = (["dialer", "acceptor"] as const).filter((end) => this.#open[end]);
    for (const end of ends) this.#open[end] = false;
    this.#queue.push(() => {
      for (const end of ends) this.listeners[end]?.onClose(reason);
      this.#onEnd();
    });
  }
}

function otherEnd(end: End): End {
  return end === "dialer" ? "acceptor" : "dialer";
}

/** As a socket counts: each binary field travels by itself. */
function isTooLarge(message: object): boolean {
  return Object.values(message).some((value) => value instanceof Uint8Array && value.byteLength > limits.messageBytes);
}
