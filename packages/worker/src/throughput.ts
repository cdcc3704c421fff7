const WINDOW_MS = 5000;

/** Samples per second over the last seconds. */
export class Throughput {
  readonly #counted: { at: number; samples: number }[] = [];
  /** Of those that are kept. */
  #samples = 0;

  add(samples: number, now: number): void {
    this.#counted.push({ at: now, samples });
    this.#samples += samples;
    this.#forget(now);
  }

  samplesPerSecond(now: number): number {
    this.#forget(now);
    const first = this.#counted[0];
    if (first === undefined || this.#counted.length < 2) return 0;
    return (this.#samples - first.samples) / Math.max(0.001, (now - first.at) / 1000);
  }

  #forget(now: number): void {
    for (let first = this.#counted[0]; first !== undefined && now - first.at > WINDOW_MS; first = this.#counted[0]) {
      this.#samples -= first.samples;
      this.#counted.shift();
    }
  }
}
