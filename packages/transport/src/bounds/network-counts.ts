import { networkOf } from "./network-of.ts";

/** How many of something each network has open. What comes from this machine itself is not counted. */
export class NetworkCounts {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** `most` that one network may have. */
  constructor(most: number) {
    this.#most = most;
  }

  hasRoom(address: string): boolean {
    const network = networkOf(address);
    return network === null || this.#countOf(network) < this.#most;
  }

  add(address: string): void {
    const network = networkOf(address);
    if (network !== null) this.#counts.set(network, this.#countOf(network) + 1);
  }

  remove(address: string): void {
    const network = networkOf(address);
    if (network === null) return;
    const rest = this.#countOf(network) - 1;
    if (rest > 0) this.#counts.set(network, rest);
    else this.#counts.delete(network);
  }

  #countOf(network: string): number {
    return this.#counts.get(network) ?? 0;
  }
}
