/** One run, led by coordinators that follow each other, with headless workers that stay. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, rmSync, watch } from "node:fs";
import path from "node:path";
import type { RunView } from "@convoy/protocol";
import { CoordinatorProcess, makeDataDir, startHeadlessWorker } from "../src/coordinator-process.ts";

export class Lives {
  readonly dataDir = makeDataDir();
  readonly #args: readonly string[];
  readonly #workers: ChildProcess[] = [];
  #port = "0";
  #current: CoordinatorProcess | null = null;

  /** `args` of every coordinator. The datasets that another run has drawn are taken over. */
  constructor(args: readonly string[], datasetsOf: Lives | null = null) {
    this.#args = args;
    if (datasetsOf === null) return;
    cpSync(path.join(datasetsOf.dataDir, "datasets"), path.join(this.dataDir, "datasets"), { recursive: true });
  }

  get current(): CoordinatorProcess {
    if (this.#current === null) throw new Error("No coordinator lives.");
    return this.#current;
  }

  /** Starts a coordinator on the port of the one before it, which the workers try again and again. */
  async begin(args: readonly string[] = []): Promise<CoordinatorProcess> {
    const all = [...this.#args, "--port", this.#port, ...args];
    this.#current = await CoordinatorProcess.start(all, { dataDir: this.dataDir });
    this.#port = this.#current.port;
    return this.#current;
  }

  addWorkers(count: number): void {
    for (let number = 1; number <= count; number++) {
      this.#workers.push(startHeadlessWorker(this.current.url, `Worker ${number}`));
    }
  }

  /** Of the coordinator that lives, and of the workers. */
  get pids(): number[] {
    return [this.current.pid, ...this.#workers.map(({ pid }) => pid as number)];
  }

  /** Returns whether the coordinator died within the writing of a checkpoint. */
  async kill(): Promise<boolean> {
    await this.current.end("SIGKILL");
    return this.#leftPartOfCheckpoint();
  }

  /** The same, as soon as the next checkpoint is being written. */
  async killWithinWrite(): Promise<boolean> {
    await new Promise<void>((resolve) => {
      const watcher = watch(this.#checkpoints, (_, name) => {
        if (!name?.endsWith(".partial")) return;
        void this.current.end("SIGKILL");
        watcher.close();
        resolve();
      });
    });
    return this.kill();
  }

  /** Waits for the end of the run, of which every worker hears, and lets the coordinator end. */
  async finish(): Promise<RunView> {
    const run = await this.current.runUntil("the end of the run", ({ state }) => state === "finished", 3_600_000);
    await Promise.all(this.#workers.map(hasEnded));
    await this.current.end("SIGINT");
    return run;
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.kill("SIGKILL");
    await this.#current?.end("SIGKILL");
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  get #checkpoints(): string {
    return path.join(this.current.runFolder, "checkpoints");
  }

  #leftPartOfCheckpoint(): boolean {
    const names = readdirSync(this.#checkpoints);
    const newest = (kind: string) =>
      names
        .filter((name) => name.endsWith(kind))
        .toSorted()
        .at(-1)
        ?.slice(0, -kind.length);
    return names.some((name) => name.endsWith(".partial")) || newest(".safetensors") !== newest(".json");
  }
}

async function hasEnded(worker: ChildProcess): Promise<void> {
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, "exit");
  if (worker.exitCode !== 0) throw new Error(`A worker ended with code ${worker.exitCode} or ${worker.signalCode}.`);
}
