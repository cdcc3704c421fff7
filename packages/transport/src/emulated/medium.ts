import type { Happening } from "@convoy/foundation";

/** The time that an emulated network lives in: virtual, or this machine's. Milliseconds. */
export interface LinkClock {
  readonly now: number;
  /** What is due at one moment happens in the order in which it was scheduled. */
  schedule(at: number, happening: Happening): void;
}

/** What carries one thing after the other, at so many bits a second: a wire in one direction, or the air that many share. */
export class Medium {
  readonly #clock: LinkClock;
  readonly #bitsPerSecond: number;
  #freeAt = 0;

  constructor(clock: LinkClock, bitsPerSecond: number) {
    this.#clock = clock;
    this.#bitsPerSecond = bitsPerSecond;
  }

  /** From `readyAt` on, when all before them have passed; `passed` is told the moment at which they have, however late it hears. */
  pass(bytes: number, readyAt: number, passed: (at: number) => void): void {
    const at = Math.max(this.#freeAt, readyAt) + (8000 * bytes) / this.#bitsPerSecond;
    this.#freeAt = at;
    this.#clock.schedule(at, { happen: () => passed(at) });
  }
}
