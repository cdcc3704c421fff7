const WINDOW_MS = 5000;

/** Samples per second over the last seconds. */
export class Throughput {
  readonly #counted: { at: number; samples: number }[] = [];

  add(samples: number, now: number): void {
    this.#counted.push({ at: now, samples });
    this.#forget(now);
  }

  samplesPerSecond(now: number): number {
    this.#forget(now);
    const first = this.#counted[0];
    if (first === undefined || this.#counted.length < 2) return 0;
    const samples = this.#counted.reduce((sum, entry) => sum + entry.samples, 0) - first.samples;
    return samples / Math.max(0.001, (now - first.at) / 1000);
  }

  #forget(now: number): void {
    while (this.#counted.length > 0 && now - (this.#counted[0] as { at: number }).at > WINDOW_MS) this.#counted.shift();
  }
}
