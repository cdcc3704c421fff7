import { limits } from "@convoy/protocol";
import type { Accept, Dial } from "./connection.ts";
import { type Carrier, InProcessNetwork } from "./in-process-network.ts";
import type { Pipe, PipeEnd } from "./pipe.ts";
import type { TransportBounds } from "./transport-bounds.ts";

/**
 * Dials within one process. Packets wait in a queue until they are delivered, so a test decides when anything arrives;
 * binary fields are copied as a socket would.
 */
export class MemoryNetwork {
  readonly #network: InProcessNetwork;
  readonly #queue: (() => void)[] = [];
  readonly #carrier: Carrier = {
    carry: (_from, _channel, _packet, deliver) => this.#queue.push(deliver),
    carryEnd: (_from, deliver) => this.#queue.push(deliver),
    tell: (deliver) => this.#queue.push(deliver),
  };
  #redials: (() => void)[] = [];

  constructor(accept: Accept, bounds: TransportBounds = limits) {
    this.#network = new InProcessNetwork(accept, bounds);
  }

  readonly dial: Dial = (listener) =>
    // Not at once: whoever is turned away each time would be so for ever within one flush.
    this.#network.dial(listener, this.#carrier, (open) => this.#redials.push(open));

  /** Opens a connection whose dialing end says and hears packets as they are: for whoever does not keep to the rules. */
  dialPipe(end: PipeEnd): Pipe {
    return this.#network.dialPipe(end, this.#carrier);
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
    this.#network.breakAll();
  }
}
