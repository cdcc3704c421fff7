import { now } from "./now.ts";

/**
 * Rings at the moment that was set last, never before. Every lease moves it on: so the timer that runs already is kept,
 * and looks again when its own moment has come.
 */
export class Alarm {
  readonly #ring: () => void;
  #at: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** When the timer that runs ends. */
  #timerAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** `at` in milliseconds since 1970; null: not at all. */
  set(at: number | null): void {
    this.#at = at;
    if (this.#closed || at === null || at >= this.#timerAt) return;
    this.#start(at);
  }

  /** It does not ring any more. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #start(at: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAt = at;
    // A timer may be early by a part of a millisecond.
    this.#timer = setTimeout(() => this.#look(), Math.max(0, at - now()) + 1);
  }

  #look(): void {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const at = this.#at;
    if (at === null) return;
    if (at > now()) {
      this.#start(at);
      return;
    }
    this.#at = null;
    this.#ring();
  }
}
