import type { VirtualClock } from "@convoy/foundation";

/** One timer that can be moved. Moving it on costs nothing: it looks again when the earlier moment has come. */
export class Alarm {
  #at: number | null = null;
  #scheduledAt = Number.POSITIVE_INFINITY;

  set(clock: VirtualClock, at: number | null, ring: () => void): void {
    // A timer is never early, and may be late.
    this.#at = at === null ? null : Math.max(at, clock.now) + 1;
    this.#schedule(clock, ring);
  }

  #schedule(clock: VirtualClock, ring: () => void): void {
    if (this.#at === null || this.#at >= this.#scheduledAt) return;
    const at = this.#at;
    this.#scheduledAt = at;
    clock.schedule(at, {
      happen: () => {
        if (this.#scheduledAt !== at) return;
        this.#scheduledAt = Number.POSITIVE_INFINITY;
        if (this.#at === null) return;
        if (this.#at > clock.now) {
          this.#schedule(clock, ring);
          return;
        }
        this.#at = null;
        ring();
      },
    });
  }
}
