/** A page's compositor, and on some systems a watchdog, wait for whatever was submitted at once. */
const LONGEST_SUBMIT_MS = 100;

/** Of the parts, where a step has to be cut. */
const SUBMIT_MS = 50;

/** Floating-point operations in a millisecond, before anything was measured: that of a slow GPU. */
const ASSUMED_SPEED = 2e7;

/** How much of the newest measurement there is in the speed. */
const NEWEST_SHARE = 0.25;

/** How fast the GPU is, and so how much it may be given at once. */
export class Pace {
  #speed: number | undefined;

  /** Floating-point operations of one submit of a step that has so many in all; Infinity where one submit does it. */
  workOfSubmit(work: number): number {
    const speed = this.#speed ?? ASSUMED_SPEED;
    return work <= speed * LONGEST_SUBMIT_MS ? Number.POSITIVE_INFINITY : speed * SUBMIT_MS;
  }

  /** A step with so many operations took so long, from its first submit until its results were there. */
  observe(work: number, durationMs: number): void {
    const speed = work / Math.max(durationMs, 0.1);
    this.#speed = this.#speed === undefined ? speed : this.#speed + (speed - this.#speed) * NEWEST_SHARE;
  }
}
