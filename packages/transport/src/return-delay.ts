import { RandomSequence } from "@convoy/foundation";

/** How long a dialing end waits before it tries again, in milliseconds. */
export const returnDelayMs = {
  least: 250,
  /** While nobody answers: whoever comes back is there soon after the coordinator is. */
  mostUnanswered: 1_000,
  /** While it is turned away each time: the coordinator must not be kept busy with that. */
  mostTurnedAway: 15_000,
  /** Whoever was let in for so long was not turned away. */
  lasting: 5_000,
} as const;

let sequenceCount = 0;

/**
 * Longer after each failure, and different at each end and each time, by half of it more or less: a thousand that lost
 * the coordinator at one instant do not come back at one. (socket.io's own delays are all the same once they have
 * reached the longest, and nothing at all after a thousand failures.)
 */
export class ReturnDelay {
  readonly #random: RandomSequence;
  #unansweredCount = 0;
  #turnedAwayCount = 0;
  #openedAt = 0;

  constructor(seed = Math.floor(1000 * (performance.timeOrigin + performance.now()))) {
    this.#random = new RandomSequence(seed, "jitter", sequenceCount++);
  }

  opened(): void {
    this.#unansweredCount = 0;
    this.#openedAt = performance.now();
  }

  /** Nobody answered, or the connection broke. */
  afterFailure(): number {
    const { least, mostUnanswered } = returnDelayMs;
    return this.#around(Math.min(mostUnanswered, least * 2 ** this.#unansweredCount++));
  }

  /** The other end ended the connection. */
  afterGoodbye(): number {
    const { least, mostTurnedAway, lasting } = returnDelayMs;
    if (performance.now() - this.#openedAt >= lasting) this.#turnedAwayCount = 0;
    return this.#around(Math.min(mostTurnedAway, least * 2 ** this.#turnedAwayCount++));
  }

  #around(delay: number): number {
    return delay * this.#random.between(0.5, 1.5);
  }
}
