/** What a device is given at once takes about so long at most: a stretch that is revoked ends when it is done. */
const AHEAD_MS = 100;
/** Enough to hide that each answer has to travel back from the device. */
const MOST = 8;

/** Steps that were asked for and not answered yet: so many that the device need not wait for the next one. */
export class StepsUnderWay<Outcome> {
  readonly #outcomes: Outcome[] = [];
  readonly #underWay: Promise<void>[] = [];
  #most = 1;
  /** When the step before the one that is being taken was done. */
  #doneAt = 0;

  /** Rejects when a step does; the others may still be under way then. */
  async room(): Promise<void> {
    while (this.#underWay.length >= this.#most) await this.#underWay.shift();
  }

  add(step: Promise<Outcome>): void {
    const startedAt = performance.now();
    const done = step.then((outcome) => {
      const now = performance.now();
      const durationMs = now - Math.max(startedAt, this.#doneAt);
      this.#most = Math.min(MOST, Math.max(1, Math.floor(AHEAD_MS / durationMs)));
      this.#doneAt = now;
      this.#outcomes.push(outcome);
    });
    // Whoever waits for it hears of it; that an earlier one has failed first is no error.
    done.catch(() => {});
    this.#underWay.push(done);
  }

  /** What came of all steps, in their order. Rejects when one does. */
  async end(): Promise<Outcome[]> {
    while (this.#underWay.length > 0) await this.#underWay.shift();
    return this.#outcomes;
  }
}
