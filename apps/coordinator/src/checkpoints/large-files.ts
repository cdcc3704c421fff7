import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { syncFolder, temporaryName } from "../write-atomically.ts";
import type { FromFileThread, ToFileThread } from "./file-thread.ts";

/** What is copied in one go on the thread that trains: a fraction of a millisecond. */
const PIECE_BYTES = 1024 * 1024;

export interface WrittenFile {
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Writes files of any size beside the training loop, each whole or not at all, whenever the power fails. The bytes go
 * over to a thread piece by piece; here nothing is hashed, waited for, or allocated anew for each file.
 */
export class LargeFiles {
  readonly #program: string;
  #thread: FileThread | null = null;
  #buffer = new ArrayBuffer(PIECE_BYTES);
  #last: Promise<unknown> = Promise.resolve();

  /** `program`: the built `file-thread.ts`. */
  constructor(program: string) {
    this.#program = program;
  }

  /**
   * One file after the other. The folder must exist; parts are asked for as they are written, and nothing may write to
   * them before the promise settles. It rejects with what the disk has said.
   */
  write(folder: string, name: string, parts: Iterable<Uint8Array>): Promise<WrittenFile> {
    const writing = this.#last.then(() => this.#write(folder, name, parts));
    this.#last = writing.catch(() => {});
    return writing;
  }

  /** What was asked for is finished first. */
  async close(): Promise<void> {
    await this.#last;
    await this.#thread?.end();
  }

  async #write(folder: string, name: string, parts: Iterable<Uint8Array>): Promise<WrittenFile> {
    if (this.#thread === null || this.#thread.hasEnded) this.#thread = new FileThread(this.#program);
    const thread = this.#thread;
    await thread.ask({ type: "begin", temporary: join(folder, temporaryName(name)) });
    let bytes = 0;
    for (const part of parts) {
      for (let start = 0; start < part.byteLength; start += PIECE_BYTES) {
        await this.#hand(thread, part.subarray(start, start + PIECE_BYTES));
      }
      bytes += part.byteLength;
    }
    const answer = await thread.ask({ type: "end", path: join(folder, name) });
    await syncFolder(folder);
    return { bytes, sha256: answer.type === "written" ? answer.sha256 : "" };
  }

  async #hand(thread: FileThread, piece: Uint8Array): Promise<void> {
    // Lost with a thread that has ended.
    const buffer = this.#buffer.byteLength === PIECE_BYTES ? this.#buffer : new ArrayBuffer(PIECE_BYTES);
    new Uint8Array(buffer).set(piece);
    const answer = await thread.ask({ type: "piece", buffer, length: piece.byteLength }, [buffer]);
    if (answer.type === "taken") this.#buffer = answer.buffer;
  }
}

interface Waiting {
  resolve(answer: FromFileThread): void;
  reject(error: Error): void;
}

/** One question at a time. */
class FileThread {
  readonly #worker: Worker;
  #waiting: Waiting | null = null;
  hasEnded = false;

  constructor(program: string) {
    this.#worker = new Worker(program);
    // While nothing is asked, it keeps no process alive.
    this.#worker.unref();
    this.#worker.on("message", (answer: FromFileThread) => {
      if (answer.type === "failed") this.#settle((waiting) => waiting.reject(new Error(answer.message)));
      else this.#settle((waiting) => waiting.resolve(answer));
    });
    this.#worker.on("error", (error) => this.#fail(error as Error));
    this.#worker.on("exit", () => this.#fail(new Error("the thread that writes files has ended")));
  }

  ask(question: ToFileThread, transfer: ArrayBuffer[] = []): Promise<FromFileThread> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.ref();
      this.#worker.postMessage(question, transfer);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.hasEnded = true;
    this.#settle((waiting) => waiting.reject(error));
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#worker.unref();
    if (waiting !== null) how(waiting);
  }
}
