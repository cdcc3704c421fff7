/**
 * Connections that are slow, stand still and break. Within what a connection promises (T1), messages arrive whole, once
 * and in order; `violations` breaks that promise too, to show that the core does not depend on it.
 */
import type { Happening, RandomSequence, VirtualClock } from "@convoy/foundation";
import { drawMagnitude, drawWait, isDrawn } from "./draw.ts";

export interface LinkEnd {
  onMessage(message: object): void;
  /** Heard once, whoever ended the connection; nothing arrives after it. */
  onClose(reason: string): void;
}

export interface DialingEnd extends LinkEnd {
  onOpen(): void;
}

/** The other end of a new connection, or null while nobody listens. */
export type Accept = (link: Link) => LinkEnd | null;

export type Side = "worker" | "coordinator";

/** How often a message is lost, comes twice, or overtakes those before it. */
export interface Violations {
  readonly lost: number;
  readonly duplicated: number;
  readonly overtaken: number;
}

export const noViolations: Violations = { lost: 0, duplicated: 0, overtaken: 0 };

/** Milliseconds until each end hears that a connection broke; null: it never does, because it is gone itself. */
export interface Hearing {
  readonly worker: number | null;
  readonly coordinator: number | null;
}

export class FaultyNetwork {
  readonly links = new Set<Link>();
  violations: Violations = noViolations;
  readonly clock: VirtualClock;
  readonly random: RandomSequence;
  readonly #accept: Accept;

  constructor(clock: VirtualClock, random: RandomSequence, accept: Accept) {
    this.clock = clock;
    this.random = random;
    this.#accept = accept;
  }

  dial(end: DialingEnd, latencyMs: number): Link {
    const link = new Link(this, end, latencyMs, this.#accept);
    this.links.add(link);
    return link;
  }

  /** From now on connections keep their promise. That one was broken is noticed by its ends: such a connection ends. */
  heal(): void {
    this.violations = noViolations;
    for (const link of [...this.links]) {
      if (link.wasViolated) link.break("its messages were damaged", { worker: 0, coordinator: 0 });
    }
  }
}

/** One connection, from the dialing to its end. */
export class Link {
  wasViolated = false;
  /** Whether the worker at its end has done nothing wrong on this connection. */
  isHonest = true;
  readonly #network: FaultyNetwork;
  readonly #toWorker: Pipe;
  readonly #toCoordinator: Pipe;

  constructor(network: FaultyNetwork, dialer: DialingEnd, latencyMs: number, accept: Accept) {
    this.#network = network;
    this.#toWorker = new Pipe(network, this, latencyMs, dialer);
    this.#toCoordinator = new Pipe(network, this, latencyMs, null);
    this.#toCoordinator.add(
      new Signal((pipe) => {
        const end = accept(this);
        if (end === null) {
          this.#end("nobody listens");
          return;
        }
        pipe.end = end;
        this.#toWorker.add(new Signal(() => dialer.onOpen()));
      }),
    );
  }

  /** Dropped without an error when the connection has ended. */
  send(from: Side, message: object): void {
    const pipe = from === "worker" ? this.#toCoordinator : this.#toWorker;
    if (!pipe.isOpen) return;
    const { violations, random } = this.#network;
    if (violations === noViolations) {
      pipe.add(message);
      return;
    }
    if (isDrawn(random, violations.lost)) {
      this.wasViolated = true;
      return;
    }
    if (isDrawn(random, violations.overtaken) && pipe.addOvertaking(message)) this.wasViolated = true;
    else pipe.add(message);
    if (isDrawn(random, violations.duplicated)) this.#sendAgain(pipe, message);
  }

  /** Sooner or later: what comes in between may make it a message of the past. */
  #sendAgain(pipe: Pipe, message: object): void {
    const { clock, random } = this.#network;
    this.wasViolated = true;
    clock.schedule(clock.now + drawWait(random, 200), {
      happen: () => {
        if (pipe.isOpen) pipe.add(message);
      },
    });
  }

  /** What was sent before still arrives, at the other end; here nothing does any more. */
  close(from: Side, reason: string): void {
    const [own, other] =
      from === "worker" ? [this.#toWorker, this.#toCoordinator] : [this.#toCoordinator, this.#toWorker];
    own.drop();
    own.addEnding(reason, 0);
    other.addEnding(reason, 0);
  }

  /** Some of what is on its way is lost; each end hears of it in its own time. */
  break(reason: string, hearing: Hearing): void {
    this.#toWorker.cut(reason, hearing.worker);
    this.#toCoordinator.cut(reason, hearing.coordinator);
  }

  /** Nothing arrives before this moment; then everything does, in order. */
  stall(until: number): void {
    this.#toWorker.stalledUntil = until;
    this.#toCoordinator.stalledUntil = until;
  }

  /** The worker's device stands still: what arrives there waits. */
  freeze(until: number): void {
    this.#toWorker.stalledUntil = until;
  }

  /** How many messages are on their way. */
  get inFlight(): number {
    return this.#toWorker.waiting + this.#toCoordinator.waiting;
  }

  /** Both ends have heard of the end, or never will. */
  forget(): void {
    if (this.#toWorker.isDone && this.#toCoordinator.isDone) this.#network.links.delete(this);
  }

  #end(reason: string): void {
    this.#toCoordinator.cut(reason, null);
    this.#toWorker.addEnding(reason, 0);
  }
}

/** Something about the connection itself, in its place among the messages. */
class Signal {
  readonly act: (pipe: Pipe) => void;

  constructor(act: (pipe: Pipe) => void) {
    this.act = act;
  }
}

const lost = new Signal(() => {});

/** One direction. Each message has its moment; which message arrives at a moment is decided by their order alone. */
class Pipe implements Happening {
  end: LinkEnd | null;
  stalledUntil = 0;
  isDone = false;
  readonly #network: FaultyNetwork;
  readonly #link: Link;
  readonly #latencyMs: number;
  readonly #queue: object[] = [];
  #lastAt = 0;
  #ending = false;

  constructor(network: FaultyNetwork, link: Link, latencyMs: number, end: LinkEnd | null) {
    this.#network = network;
    this.#link = link;
    this.#latencyMs = latencyMs;
    this.end = end;
  }

  get isOpen(): boolean {
    return !this.#ending;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  add(item: object): void {
    this.#queue.push(item);
    this.#schedule(this.#delay());
  }

  /** False when there is nothing that it could overtake. */
  addOvertaking(item: object): boolean {
    const place = this.#network.random.below(this.#queue.length + 1);
    if (this.#queue.slice(place).every((waiting) => waiting instanceof Signal)) return false;
    this.#queue.splice(place, 0, item);
    this.#schedule(this.#delay());
    return true;
  }

  /** The last that arrives here. */
  addEnding(reason: string, afterMs: number): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#queue.push(
      new Signal((pipe) => {
        pipe.#finish();
        pipe.end?.onClose(reason);
      }),
    );
    this.#schedule(this.#delay() + afterMs);
  }

  /** Everything that is on its way is lost. */
  drop(): void {
    this.#queue.fill(lost);
  }

  /** A part of what is on its way is lost, and the end is heard of after a while, or never. */
  cut(reason: string, afterMs: number | null): void {
    if (this.#ending) return;
    const kept = this.#network.random.below(this.#queue.length + 1);
    this.#queue.fill(lost, kept);
    if (afterMs !== null) {
      this.addEnding(reason, afterMs);
      return;
    }
    this.drop();
    this.#ending = true;
    this.end = null;
    this.#finish();
  }

  happen(): void {
    const { clock } = this.#network;
    if (this.stalledUntil > clock.now) {
      clock.schedule(this.stalledUntil, this);
      return;
    }
    const item = this.#queue.shift() as object;
    if (item instanceof Signal) item.act(this);
    else this.end?.onMessage(item);
  }

  #finish(): void {
    this.isDone = true;
    this.#link.forget();
  }

  #schedule(delayMs: number): void {
    const { clock } = this.#network;
    this.#lastAt = Math.max(this.#lastAt, clock.now + delayMs);
    clock.schedule(this.#lastAt, this);
  }

  /** The latency and up to as much again; now and then far more. */
  #delay(): number {
    const draw = this.#network.random.uint32();
    const delay = this.#latencyMs * (1 + (draw & 0xffff) / 0x10000);
    return draw >>> 25 === 0 ? delay * (2 + (draw >>> 19)) : delay;
  }
}

/** A worker's way to the coordinator: most are near, some far away. */
export function drawLatency(random: RandomSequence): number {
  return drawMagnitude(random, 0.2, isDrawn(random, 0.2) ? 200 : 20);
}

/** A closed connection is heard of at once, a dead one when its heartbeat is missed. */
export function drawHearing(random: RandomSequence): number {
  return isDrawn(random, 0.3) ? Math.min(45_000, drawWait(random, 15_000)) : drawMagnitude(random, 0.1, 500);
}
