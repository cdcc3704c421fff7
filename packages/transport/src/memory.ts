import type { Accept, Connection, ConnectionListener, Dial } from "./connection.ts";

/**
 * Dials within one process. Messages wait in a queue until `flush`, so a test decides when anything arrives; binary
 * fields are copied as a socket would.
 */
export class MemoryNetwork {
  readonly #accept: Accept;
  readonly #queue: (() => void)[] = [];
  #connectionCount = 0;

  constructor(accept: Accept) {
    this.#accept = accept;
  }

  readonly dial: Dial = (listener) => {
    let open = true;
    let remote: ConnectionListener | null = null;
    const deliver = (to: () => ConnectionListener | null, message: object) => {
      const copy = structuredClone(message);
      this.#queue.push(() => {
        if (open) to()?.onMessage(copy);
      });
    };
    const close = (reason: string) => {
      if (!open) return;
      open = false;
      this.#queue.push(() => {
        listener.onClose(reason);
        remote?.onClose(reason);
      });
    };
    const accepted: Connection = {
      send: (message) => deliver(() => listener, message),
      close: () => close("server closed"),
    };
    this.#queue.push(() => {
      this.#connectionCount++;
      remote = this.#accept(accepted, `memory:${this.#connectionCount}`);
      listener.onOpen();
    });
    return { send: (message) => deliver(() => remote, message), close: () => close("closed by the dialing end") };
  };

  /** Delivers what waits, and what that causes, until nothing waits. Returns how many deliveries that were. */
  flush(): number {
    let count = 0;
    for (let delivery = this.#queue.shift(); delivery !== undefined; delivery = this.#queue.shift()) {
      delivery();
      count++;
    }
    return count;
  }
}
