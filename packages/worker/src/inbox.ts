/** Takes messages one after the other: what comes while one takes its time waits for it. */
export class Inbox<Message> {
  readonly #take: (message: Message) => Promise<void> | null;
  readonly #waiting: Message[] = [];
  #busy = false;

  /** `take` does what a message says, and returns a promise where that takes time. It never fails. */
  constructor(take: (message: Message) => Promise<void> | null) {
    this.#take = take;
  }

  receive(message: Message): void {
    this.#waiting.push(message);
    if (!this.#busy) void this.#work();
  }

  /** What waits is not wanted any more. */
  clear(): void {
    this.#waiting.length = 0;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const taking = this.#take(next);
      if (taking !== null) await taking;
    }
    this.#busy = false;
  }
}
