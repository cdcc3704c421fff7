import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Logger } from "pino";

const RESTARTS_MAX = 5;
const RESTART_DELAY_MS = 1000;
/** One that lived this long was well: its next death counts as the first. */
const HEALTHY_MS = 60_000;

export interface LocalCoordinator {
  readonly url: string;
  /** Where it listens on an address of a network only, nobody is trusted for being here. */
  readonly invitation: string;
}

/** Headless workers as processes of their own, started again a few times when they die. */
export class LocalWorkers {
  readonly #program: string;
  readonly #coordinator: LocalCoordinator;
  readonly #log: Logger;
  readonly #processes = new Set<ChildProcess>();
  #closed = false;

  constructor(program: string, coordinator: LocalCoordinator, log: Logger) {
    this.#program = program;
    this.#coordinator = coordinator;
    this.#log = log;
  }

  start(count: number): void {
    if (count > 0 && !existsSync(this.#program)) {
      this.#log.warn(`The headless worker is not built (${this.#program}); no local worker is started.`);
      return;
    }
    for (let number = 1; number <= count; number++) this.#startOne(number, 0);
  }

  close(): void {
    this.#closed = true;
    for (const child of this.#processes) child.kill();
  }

  #startOne(number: number, restarts: number): void {
    if (this.#closed) return;
    const name = `Local worker ${number}`;
    const startedAt = performance.now();
    const { url, invitation } = this.#coordinator;
    const child = spawn(process.execPath, [this.#program, "--url", url, "--name", name, "--quiet"], {
      // Everybody on a machine may see the arguments of its programs; not so their environment.
      env: { ...process.env, CONVOY_TOKEN: invitation },
      // Nothing is said over the channel: a worker ends when it closes, however this process may have ended.
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#processes.add(child);
    let lastWords = "";
    child.stderr?.on("data", (chunk) => {
      lastWords = `${lastWords}${chunk}`.slice(-500);
    });
    child.on("exit", (code) => {
      this.#processes.delete(child);
      if (this.#closed || code === 0) return;
      const before = performance.now() - startedAt >= HEALTHY_MS ? 0 : restarts;
      const again = before < RESTARTS_MAX;
      this.#log.warn(
        `${name} ended (code ${code})${again ? " and is started again" : " too often and stays away"}. ${lastWords.trim()}`,
      );
      if (again) setTimeout(() => this.#startOne(number, before + 1), RESTART_DELAY_MS * (before + 1)).unref();
    });
  }
}
