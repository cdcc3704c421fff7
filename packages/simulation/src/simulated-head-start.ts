import { type HeadStart, isBeginningOf } from "@convoy/coordination";
import type { VirtualClock } from "@convoy/foundation";
import type { LeaseMessage } from "@convoy/protocol";

/** What a device computes before a stretch is lent to it: time alone. What comes of the stretch is the same. */
export class SimulatedHeadStart {
  readonly #clock: VirtualClock;
  /** It has taken so long, and goes on since `at`. */
  #begun: { readonly headStart: HeadStart; readonly ms: number; readonly at: number } | null = null;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Begins one, or goes on with it. */
  begin(headStart: HeadStart): void {
    const ms = this.#begun?.headStart === headStart ? this.#begun.ms : 0;
    this.#begun = { headStart, ms, at: this.#clock.now };
  }

  /** This is computed now: so many milliseconds of it were computed before. */
  endFor(lease: LeaseMessage, msPerSample: number): number {
    const begun = this.#begun;
    if (begun === null) return 0;
    const ms = begun.ms + this.#clock.now - begun.at;
    this.#begun = lease.stretch === null ? { ...begun, ms, at: this.#clock.now } : null;
    const sampleCount = Math.min(begun.headStart.next.mayBegin, Math.floor(ms / msPerSample));
    return isBeginningOf(begun.headStart, sampleCount, lease) ? sampleCount * msPerSample : 0;
  }
}
