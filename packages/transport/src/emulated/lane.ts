import type { LinkClock, Medium } from "./medium.ts";

/**
 * What has a medium to itself at once, in bytes: others who share it take turns with slices, as they do with bursts of
 * segments on a real one, and do not wait for a whole vector.
 */
const SLICE_BYTES = 64 * 1024;

interface Load {
  bytes: number;
  readonly deliver: () => void;
}

/** One direction of a link: what is sent waits for what was sent before, passes the medium, and arrives after the delay. */
export class Lane {
  readonly #clock: LinkClock;
  readonly #medium: Medium;
  readonly #delayMs: number;
  readonly #waiting: Load[] = [];
  #carriedBytes = 0;

  constructor(clock: LinkClock, medium: Medium, delayMs: number) {
    this.#clock = clock;
    this.#medium = medium;
    this.#delayMs = delayMs;
  }

  /** All bytes that it was given so far. */
  get carriedBytes(): number {
    return this.#carriedBytes;
  }

  carry(bytes: number, deliver: () => void): void {
    this.#carriedBytes += bytes;
    if (this.#waiting.push({ bytes, deliver }) === 1) this.#passSlice(this.#clock.now);
  }

  /** A link does not wait for a process that is busy: what follows begins when what went before had passed. */
  #passSlice(readyAt: number): void {
    const load = this.#waiting[0];
    if (load === undefined) return;
    const slice = Math.min(load.bytes, SLICE_BYTES);
    this.#medium.pass(slice, readyAt, (at) => {
      load.bytes -= slice;
      if (load.bytes === 0) {
        this.#waiting.shift();
        this.#clock.schedule(at + this.#delayMs, { happen: load.deliver });
      }
      this.#passSlice(at);
    });
  }
}
