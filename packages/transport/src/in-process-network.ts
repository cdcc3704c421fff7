/** Connections within one process: what is said at one end is handed to a carrier, which brings it to the other. */
import type { Accept, Caller, Connection, DialListener } from "./connection.ts";
import { AssemblyBudget } from "./long-messages/assembly-budget.ts";
import { MessageEnd, type Supervision } from "./message-end.ts";
import { sizeOf } from "./packet-size.ts";
import type { Channel, Pipe, PipeEnd } from "./pipe.ts";
import type { TransportBounds } from "./transport-bounds.ts";

export type Side = "dialer" | "acceptor";

/** Decides when what was said arrives. What one side says must arrive in order. */
export interface Carrier {
  /** `from` has sent this packet; `deliver` hands it over at the other end. */
  carry(from: Side, channel: Channel, packet: object, deliver: () => void): void;
  /** `from` has said its last: what it sent before arrives first. */
  carryEnd(from: Side, deliver: () => void): void;
  /** A connection is opened, or has broken: nothing that is on its way need arrive before. */
  tell(deliver: () => void): void;
}

const withinThisProcess: Caller = { address: "127.0.0.1", host: "localhost", forwarded: false };

export class InProcessNetwork {
  readonly #accept: Accept;
  readonly #supervision: Supervision;
  readonly #links = new Set<Link>();

  constructor(accept: Accept, bounds: TransportBounds) {
    this.#accept = accept;
    this.#supervision = { bounds, budget: new AssemblyBudget(bounds.assemblyBytes) };
  }

  /** `comeBack` is given what opens a connection again that has ended, and calls it later. */
  dial(listener: DialListener, carrier: Carrier, comeBack: (open: () => void) => void): Connection {
    let end: MessageEnd | null = null;
    let closed = false;
    const open = () =>
      carrier.tell(() => {
        if (closed) return;
        const link = this.#open(carrier, () => {
          end = null;
          if (!closed) comeBack(open);
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
  }

  /** Opens a connection whose dialing end says and hears packets as they are: for whoever does not keep to the rules. */
  dialPipe(end: PipeEnd, carrier: Carrier): Pipe {
    const link = this.#open(carrier, () => {});
    link.ends.dialer = end;
    this.#acceptFrom(link);
    return link.pipes.dialer;
  }

  /** Breaks every connection; what is on its way is lost. */
  breakAll(): void {
    for (const link of this.#links) link.break("the network broke");
  }

  #open(carrier: Carrier, onEnd: () => void): Link {
    const link = new Link(carrier, () => {
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

/** One connection, from its opening to its end. */
class Link {
  readonly pipes: Readonly<Record<Side, Pipe>> = { dialer: this.#pipe("dialer"), acceptor: this.#pipe("acceptor") };
  readonly ends: Record<Side, PipeEnd | null> = { dialer: null, acceptor: null };
  readonly #carrier: Carrier;
  readonly #onEnd: () => void;
  /** A side is open until it closes, or hears that the other has. */
  readonly #open = { dialer: true, acceptor: true };
  /** Bytes that each side has sent and the other has not been given. */
  readonly #unreadBytes = { dialer: 0, acceptor: 0 };

  constructor(carrier: Carrier, onEnd: () => void) {
    this.#carrier = carrier;
    this.#onEnd = onEnd;
  }

  break(reason: string): void {
    const sides = (["dialer", "acceptor"] as const).filter((side) => this.#open[side]);
    for (const side of sides) this.#open[side] = false;
    this.#carrier.tell(() => {
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
    this.#carrier.carry(from, channel, packet, () => {
      this.#unreadBytes[from] -= size;
      if (this.#open[to]) this.ends[to]?.receive(channel, copy);
    });
  }

  /** What this side has sent still arrives; what is on its way to it does not. */
  #close(side: Side, reason: string): void {
    if (!this.#open[side]) return;
    this.#open[side] = false;
    this.#carrier.carryEnd(side, () => {
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

/** As a socket would: bytes of their own, and of a binary field nothing of the buffer around it. */
function copyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, copyOf(field)]));
}
