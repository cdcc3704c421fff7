import { limits } from "@convoy/protocol";
import type { Accept, Caller, Dial } from "./connection.ts";
import { AssemblyBudget } from "./long-messages/assembly-budget.ts";
import { MessageEnd, type Supervision } from "./message-end.ts";
import { sizeOf } from "./packet-size.ts";
import type { Channel, Pipe, PipeEnd } from "./pipe.ts";
import type { TransportBounds } from "./transport-bounds.ts";

const withinThisProcess: Caller = { address: "127.0.0.1", host: "localhost", forwarded: false };

/**
 * Dials within one process. Packets wait in a queue until they are delivered, so a test decides when anything arrives;
 * binary fields are copied as a socket would.
 */
export class MemoryNetwork {
  readonly #accept: Accept;
  readonly #supervision: Supervision;
  readonly #queue: (() => void)[] = [];
  readonly #links = new Set<Link>();
  #redials: (() => void)[] = [];

  constructor(accept: Accept, bounds: TransportBounds = limits) {
    this.#accept = accept;
    this.#supervision = { bounds, budget: new AssemblyBudget(bounds.assemblyBytes) };
  }

  readonly dial: Dial = (listener) => {
    let end: MessageEnd | null = null;
    let closed = false;
    const open = () =>
      this.#queue.push(() => {
        if (closed) return;
        const link = this.#open(() => {
          end = null;
          // Not at once: whoever is turned away each time would be so for ever within one flush.
          if (!closed) this.#redials.push(open);
        });
        end = new MessageEnd(link.pipes.dialer);
        end.listen(listener);
        link.ends.dialer = end;
        this.#acceptFrom(link);
        listener.onOpen();
      });
    open();
    return {
      send: (message) => end?.send(message),
      close() {
        closed = true;
        end?.close();
      },
    };
  };

  /** Opens a connection whose dialing end says and hears packets as they are: for whoever does not keep to the rules. */
  dialPipe(end: PipeEnd): Pipe {
    const link = this.#open(() => {});
    link.ends.dialer = end;
    this.#acceptFrom(link);
    return link.pipes.dialer;
  }

  /** Deliveries that wait. A long message is many: each of its packets is one. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Delivers the next packets that wait, at most `count`, and returns how many there were. */
  deliver(count = 1): number {
    for (let delivered = 0; delivered < count; delivered++) {
      const delivery = this.#queue.shift();
      if (delivery === undefined) return delivered;
      delivery();
    }
    return count;
  }

  /**
   * Delivers what waits, and what that causes, until nothing waits. Returns how many deliveries that were. A connection
   * that breaks meanwhile is dialed again by the next flush.
   */
  flush(): number {
    for (const redial of this.#redials.splice(0)) redial();
    return this.deliver(Number.POSITIVE_INFINITY);
  }

  /** Breaks every connection; what is on its way is lost. */
  breakAll(): void {
    for (const link of this.#links) link.break("the network broke");
  }

  #open(onEnd: () => void): Link {
    const link = new Link(this.#queue, () => {
      this.#links.delete(link);
      onEnd();
    });
    this.#links.add(link);
    return link;
  }

  #acceptFrom(link: Link): void {
    const end = new MessageEnd(link.pipes.acceptor, this.#supervision);
    link.ends.acceptor = end;
    end.listen(this.#accept(end, withinThisProcess));
  }
}

type Side = "dialer" | "acceptor";

/** One connection, from its opening to its end. */
class Link {
  readonly pipes: Readonly<Record<Side, Pipe>> = { dialer: this.#pipe("dialer"), acceptor: this.#pipe("acceptor") };
  readonly ends: Record<Side, PipeEnd | null> = { dialer: null, acceptor: null };
  readonly #queue: (() => void)[];
  readonly #onEnd: () => void;
  /** A side is open until it closes, or hears that the other has. */
  readonly #open = { dialer: true, acceptor: true };
  /** Bytes that each side has sent and the other has not been given. */
  readonly #unreadBytes = { dialer: 0, acceptor: 0 };

  constructor(queue: (() => void)[], onEnd: () => void) {
    this.#queue = queue;
    this.#onEnd = onEnd;
  }

  break(reason: string): void {
    const sides = (["dialer", "acceptor"] as const).filter((side) => this.#open[side]);
    for (const side of sides) this.#open[side] = false;
    this.#queue.push(() => {
      for (const side of sides) this.ends[side]?.ended(reason);
      this.#onEnd();
    });
  }

  #pipe(side: Side): Pipe {
    return {
      send: (channel, packet) => this.#send(side, channel, packet),
      unreadBytes: () => this.#unreadBytes[side],
      close: () => this.#close(side, `closed by the ${side === "dialer" ? "dialing" : "accepting"} end`),
      break: () => this.break("the connection broke"),
    };
  }

  #send(from: Side, channel: Channel, packet: object): void {
    if (!this.#open[from]) return;
    const to = otherSide(from);
    const size = sizeOf(packet);
    const copy = copyOf(packet);
    this.#unreadBytes[from] += size;
    this.#queue.push(() => {
      this.#unreadBytes[from] -= size;
      if (this.#open[to]) this.ends[to]?.receive(channel, copy);
    });
  }

  /** What this side has sent still arrives; what is on its way to it does not. */
  #close(side: Side, reason: string): void {
    if (!this.#open[side]) return;
    this.#open[side] = false;
    this.#queue.push(() => {
      const other = otherSide(side);
      const otherIsOpen = this.#open[other];
      this.#open[other] = false;
      this.ends[side]?.ended(reason);
      if (otherIsOpen) this.ends[other]?.ended(reason);
      this.#onEnd();
    });
  }
}

function otherSide(side: Side): Side {
  return side === "dialer" ? "acceptor" : "dialer";
}

/** Of a binary field only its own bytes, not the buffer around it. */
function copyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, copyOf(field)]));
}
