import { type Happening, VirtualClock } from "@convoy/foundation";
import type { LinkClock } from "@convoy/transport";

/** Timers of the event loop count whole milliseconds, and may be early by a part of one. */
const TIMER_MS = 1;

/** This machine's clock, to a small part of a millisecond: links and engines that wait take as long as they should. */
export class RealTime implements LinkClock {
  readonly #due = new VirtualClock(performance.now());
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  get now(): number {
    return performance.now();
  }

  schedule(at: number, happening: Happening): void {
    this.#due.schedule(at, happening);
    if (this.#due.nextAt < this.#timerAt) this.#arm();
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAt = this.#due.nextAt;
    if (this.#timerAt === Number.POSITIVE_INFINITY) return;
    const waitMs = this.#timerAt - performance.now();
    if (waitMs > 2 * TIMER_MS) this.#timer = setTimeout(() => this.#pass(), Math.floor(waitMs - TIMER_MS));
    // What else is due gets its turn first.
    else setImmediate(() => this.#pass());
  }

  /** Lets happen what is due. The last part of a millisecond is slept through: nothing else comes from outside. */
  #pass(): void {
    const waitMs = this.#due.nextAt - performance.now();
    if (waitMs > 0 && waitMs < TIMER_MS) Atomics.wait(this.#sleeper, 0, 0, waitMs);
    if (this.#due.nextAt <= performance.now()) this.#due.advance();
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#arm();
  }
}
