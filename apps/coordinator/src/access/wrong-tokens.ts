import { limits } from "@convoy/protocol";

const WINDOW_MS = 60_000;

/** Counts the wrong tokens of each address, so that guessing takes longer than anybody lives. */
export class WrongTokens {
  /** The address that has waited longest comes first. */
  readonly #counts = new Map<string, { count: number; readonly since: number }>();

  /** Whether this address has to wait; `now` in milliseconds, never going back. */
  areTooMany(address: string, now: number): boolean {
    const known = this.#counts.get(address);
    return known !== undefined && now - known.since < WINDOW_MS && known.count >= limits.wrongTokens;
  }

  add(address: string, now: number): void {
    const known = this.#counts.get(address);
    if (known !== undefined && now - known.since < WINDOW_MS) {
      known.count++;
      return;
    }
    this.#counts.delete(address);
    this.#counts.set(address, { count: 1, since: now });
    if (this.#counts.size > limits.wrongTokenAddresses) this.#counts.delete(this.#counts.keys().next().value as string);
  }
}
