import { assert } from "@convoy/foundation";

export interface Reservation {
  /** Gives the bytes back, or takes the wish for them back. */
  release(): void;
}

interface Wish {
  readonly bytes: number;
  readonly onGranted: () => void;
}

/**
 * The memory in which all peers together may have long messages put together. It is granted for whole messages, so that
 * each that has begun can end, and in the order of asking, so that none waits for ever.
 */
export class AssemblyBudget {
  readonly #bytes: number;
  #free: number;
  /** In order. */
  readonly #waiting = new Set<Wish>();

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#free = bytes;
  }

  /** `onGranted` is called within this call when there is room. */
  reserve(bytes: number, onGranted: () => void): Reservation {
    assert(bytes <= this.#bytes, `a message of ${bytes} bytes fits into the ${this.#bytes} for all`);
    const wish = { bytes, onGranted };
    let released = false;
    this.#waiting.add(wish);
    this.#grant();
    return {
      release: () => {
        if (released) return;
        released = true;
        if (!this.#waiting.delete(wish)) this.#free += bytes;
        this.#grant();
      },
    };
  }

  #grant(): void {
    for (const wish of this.#waiting) {
      if (wish.bytes > this.#free) return;
      this.#waiting.delete(wish);
      this.#free -= wish.bytes;
      wish.onGranted();
    }
  }
}
