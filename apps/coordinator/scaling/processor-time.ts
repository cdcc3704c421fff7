import type { Accept, Connection, LinkClock } from "@convoy/transport";

/**
 * Lets what the coordinator computes take its time in a time that is otherwise virtual: what comes in waits until what came
 * before has been dealt with, and what it sends leaves when that much has been computed. Workers have processors of their own,
 * and these count as part of their engines. Parsing and writing of sockets, of which an emulated link has none, is left out.
 */
export class ProcessorTime {
  readonly #clock: LinkClock;
  readonly #waiting: (() => void)[] = [];
  #freeAt = 0;
  /** Of the processor, when what is being dealt with began; null in between. */
  #begunMs: number | null = null;
  #lastSentAt = 0;
  #usedMs = 0;

  constructor(clock: LinkClock) {
    this.#clock = clock;
  }

  /** All that was computed so far, in milliseconds. */
  get usedMs(): number {
    return this.#usedMs;
  }

  /** The same acceptor, on a processor that takes its time. */
  spend(accept: Accept): Accept {
    return (connection, caller) => {
      const listener = accept(this.#held(connection), caller);
      return {
        onMessage: (message) => this.#queue(() => listener.onMessage(message)),
        onClose: (reason) => this.#queue(() => listener.onClose(reason)),
      };
    };
  }

  #held(connection: Connection): Connection {
    const later = (happen: () => void) => {
      const sinceBegun = this.#begunMs === null ? 0 : processorMs() - this.#begunMs;
      this.#lastSentAt = Math.max(this.#lastSentAt, this.#clock.now + sinceBegun);
      this.#clock.schedule(this.#lastSentAt, { happen });
    };
    return {
      send: (message) => later(() => connection.send(message)),
      close: () => later(() => connection.close()),
    };
  }

  #queue(work: () => void): void {
    if (this.#waiting.push(work) === 1) this.#wait();
  }

  #wait(): void {
    this.#clock.schedule(Math.max(this.#clock.now, this.#freeAt), { happen: () => this.#work() });
  }

  #work(): void {
    const [work] = this.#waiting;
    this.#begunMs = processorMs();
    work?.();
    const tookMs = processorMs() - this.#begunMs;
    this.#begunMs = null;
    this.#usedMs += tookMs;
    this.#freeAt = this.#clock.now + tookMs;
    this.#waiting.shift();
    if (this.#waiting.length > 0) this.#wait();
  }
}

/** That this process has used: others that use it meanwhile do not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
