/**
 * How many samples for later are asked for in one message: few where they take long, so that nothing that others wait for is
 * behind many of them; more as long as they come quickly.
 */
export class AheadSize {
  readonly #least: number;
  readonly #most: number;
  #samples: number;
  /** When each request that is not answered was sent, by its first sample. */
  readonly #askedAt = new Map<number, number>();

  constructor(least: number, most: number) {
    this.#least = least;
    this.#most = most;
    this.#samples = least;
  }

  get samples(): number {
    return this.#samples;
  }

  /** Another lease: what was asked for with the one before may never be answered. */
  forget(): void {
    this.#askedAt.clear();
  }

  asked(samples: readonly number[], now: number): void {
    if (samples[0] !== undefined) this.#askedAt.set(samples[0], now);
  }

  answered(samples: readonly number[], now: number): void {
    const first = samples[0] ?? -1;
    const askedAt = this.#askedAt.get(first);
    if (askedAt === undefined) return;
    this.#askedAt.delete(first);
    const tookMs = now - askedAt;
    if (tookMs < QUICK_MS) this.#samples = Math.min(this.#most, 2 * this.#samples);
    if (tookMs > SLOW_MS) this.#samples = Math.max(this.#least, this.#samples >> 1);
  }
}

/** An engine that keeps the thread to itself lets messages in twenty times a second: a quick answer may seem to take that long. */
const QUICK_MS = 120;
const SLOW_MS = 400;
