import { DatasetError } from "@convoy/datasets";

/** Aborts its signal when something expected does not happen in time. Each new expectation replaces the last. */
export class Watchdog {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** `reason` is what the abort then says. */
  expectWithin(milliseconds: number, reason: string): void {
    this.rest();
    this.#timer = setTimeout(() => this.#controller.abort(new DatasetError(reason)), milliseconds);
  }

  rest(): void {
    clearTimeout(this.#timer);
  }
}
