import { limits } from "@convoy/protocol";
import type { Accept, Dial } from "../connection.ts";
import { type Carrier, InProcessNetwork, type Side } from "../in-process-network.ts";
import type { Channel, Pipe, PipeEnd } from "../pipe.ts";
import type { TransportBounds } from "../transport-bounds.ts";
import { Lane } from "./lane.ts";
import type { LinkClock, Medium } from "./medium.ts";
import { linkBytes, socketBytes } from "./wire-bytes.ts";

/** Whoever lost a connection tries again after this time. */
const RETURN_MS = 500;

/** A worker's way to the coordinator. Links that have a medium in common share it. */
export interface LinkOptions {
  /** One way, without the time that bytes take to pass. */
  readonly delayMs: number;
  readonly up: Medium;
  readonly down: Medium;
}

/** Bytes on one link, with the headers of TCP and IP. */
export interface LinkTraffic {
  readonly up: number;
  readonly down: number;
}

export interface EmulatedLink {
  readonly dial: Dial;
  /** So far, of all connections that were dialed over it. */
  readonly traffic: LinkTraffic;
  /** Opens a connection whose dialing end says and hears packets as they are. */
  dialPipe(end: PipeEnd): Pipe;
}

/**
 * Dials within one process over links that have a delay and a bandwidth. Every packet takes as long as what socket.io,
 * the websocket and TCP would make of it. A link is a perfect one: it neither loses anything nor has to find out how
 * quick it is, as a new TCP connection does.
 */
export class EmulatedNetwork {
  readonly #clock: LinkClock;
  readonly #network: InProcessNetwork;

  constructor(clock: LinkClock, accept: Accept, bounds: TransportBounds = limits) {
    this.#clock = clock;
    this.#network = new InProcessNetwork(accept, bounds);
  }

  lay({ delayMs, up, down }: LinkOptions): EmulatedLink {
    const clock = this.#clock;
    const lanes: Record<Side, Lane> = {
      dialer: new Lane(clock, up, delayMs),
      acceptor: new Lane(clock, down, delayMs),
    };
    const carrier: Carrier = {
      carry: (from, channel, packet, deliver) => lanes[from].carry(bytesFrom(from, channel, packet), deliver),
      carryEnd: (from, deliver) => lanes[from].carry(0, deliver),
      tell: (deliver) => clock.schedule(clock.now + delayMs, { happen: deliver }),
    };
    const comeBack = (open: () => void) => clock.schedule(clock.now + RETURN_MS, { happen: open });
    return {
      dial: (listener) => this.#network.dial(listener, carrier, comeBack),
      dialPipe: (end) => this.#network.dialPipe(end, carrier),
      get traffic() {
        return { up: lanes.dialer.carriedBytes, down: lanes.acceptor.carriedBytes };
      },
    };
  }

  /** Breaks every connection; what is on its way is lost. */
  breakAll(): void {
    this.#network.breakAll();
  }
}

function bytesFrom(side: Side, channel: Channel, packet: object): number {
  return linkBytes(socketBytes(channel, packet, side === "dialer"));
}
