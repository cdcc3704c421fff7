import type { limits } from "@convoy/protocol";

export type PaceBounds = Pick<Record<keyof typeof limits, number>, "transferBytesPerSecond" | "transferPauseMs">;

/**
 * Watches over what the other end must carry on. It may pause, but not for long; and what it has brought on the whole
 * must not be slower than the slowest permitted rate. So what it occupies is free again after a known time.
 */
export class Pace {
  readonly #bounds: PaceBounds;
  readonly #onTooSlow: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #startedAt = 0;
  #bytes = 0;

  constructor(bounds: PaceBounds, onTooSlow: () => void) {
    this.#bounds = bounds;
    this.#onTooSlow = onTooSlow;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#bytes = 0;
    this.#expectMore();
  }

  moved(bytes: number): void {
    this.#bytes += bytes;
    this.#expectMore();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #expectMore(): void {
    const { transferBytesPerSecond, transferPauseMs } = this.#bounds;
    const now = performance.now();
    // Who was quick has not earned a longer pause by that.
    const dueAt = Math.min(now, this.#startedAt + (this.#bytes / transferBytesPerSecond) * 1000) + transferPauseMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onTooSlow, dueAt - now);
  }
}
