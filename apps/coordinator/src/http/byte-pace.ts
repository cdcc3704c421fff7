/**
 * Lets so many bytes leave in a second and no more, in all. What leaves as quickly as its reader takes it would have the
 * processor to itself for as long as it lasts.
 */
export class BytePace {
  readonly #bytesPerMs: number;
  /** When the next may leave. */
  #nextAt = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Resolves when so many more may leave: in the order in which it was asked. */
  async turn(bytes: number): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + bytes / this.#bytesPerMs;
    if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
  }
}
