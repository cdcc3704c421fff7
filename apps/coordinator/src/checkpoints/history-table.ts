import { type FileHandle, open, readFile } from "node:fs/promises";

/** Characters of rows that wait while the disk fails: some hundred thousand steps. */
const WAITING_MAX = 8 * 1024 * 1024;

/** Rows that come sooner after each other are written together: to hand one to the disk takes longer than to make it. */
const TOGETHER_MS = 100;

/**
 * A table in a CSV file. It grows by rows, each of which begins with a number that ascends. They are written behind the
 * caller's back, never in part and never twice: what the disk has refused is written over at the next attempt.
 */
export class HistoryTable {
  readonly #path: string;
  readonly #header: string;
  readonly #onError: (error: Error) => void;
  #file: FileHandle | null = null;
  /** Bytes of the file that stay as they are. */
  #length: number;
  #waiting = "";
  /** Runs while rows wait to be written together. */
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #lastError = "";

  private constructor(path: string, header: string, length: number, onError: (error: Error) => void) {
    this.#path = path;
    this.#header = header;
    this.#length = length;
    this.#onError = onError;
  }

  /** Begins a table anew. `onError` hears of a disk that fails, once for each reason it gives. */
  static create(path: string, header: string, onError: (error: Error) => void): HistoryTable {
    const table = new HistoryTable(path, header, 0, onError);
    void table.#write();
    return table;
  }

  /**
   * Goes on with a table whose rows up to the number `last` are wanted; what follows them is cut off. Returns these
   * rows too, split at their commas. A file that is missing or has another header is begun anew.
   */
  static async reopen(
    path: string,
    header: string,
    last: number,
    onError: (error: Error) => void,
  ): Promise<{ table: HistoryTable; rows: string[][] }> {
    const text = await readFile(path, "latin1").catch(() => "");
    const { rows, length } = text.startsWith(`${header}\n`) ? rowsUpTo(last, text) : { rows: [], length: 0 };
    const table = new HistoryTable(path, header, length, onError);
    await table.#write();
    return { table, rows };
  }

  add(row: string): void {
    this.#waiting += `${row}\n`;
    if (this.#timer === null) this.flush();
  }

  /** Writes what waits, and lets the next rows wait for each other. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#waiting !== "") this.flush();
    }, TOGETHER_MS).unref();
    void this.#write();
  }

  /** Resolves when every row so far is on the disk itself, or the disk has failed. */
  async sync(): Promise<void> {
    await this.#write();
    await this.#attempt(async () => this.#file?.datasync());
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#write();
    await this.#attempt(async () => this.#file?.close());
  }

  #write(): Promise<void> {
    const isDue = this.#waiting !== "" || this.#file === null;
    if (this.#writing === null && isDue) this.#writing = this.#attempt(() => this.#writeWaiting());
    return this.#writing ?? Promise.resolve();
  }

  async #writeWaiting(): Promise<void> {
    try {
      this.#file ??= await this.#open();
      while (this.#waiting !== "") await this.#writeText(this.#file, this.#take());
    } finally {
      this.#writing = null;
    }
  }

  #take(): string {
    const text = this.#waiting;
    this.#waiting = "";
    return text;
  }

  async #writeText(file: FileHandle, text: string): Promise<void> {
    try {
      await this.#append(file, text);
    } catch (error) {
      const all = text + this.#waiting;
      this.#waiting = all.length <= WAITING_MAX ? all : all.slice(all.indexOf("\n", all.length - WAITING_MAX) + 1);
      throw error;
    }
  }

  async #open(): Promise<FileHandle> {
    const file = await open(this.#path, this.#length === 0 ? "w" : "r+");
    try {
      await file.truncate(this.#length);
      if (this.#length === 0) await this.#append(file, `${this.#header}\n`);
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
  }

  async #append(file: FileHandle, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, this.#length + written);
      written += bytesWritten;
    }
    this.#length += bytes.length;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#lastError) this.#onError(error as Error);
      this.#lastError = message;
    }
  }
}

/** A line without its end was being written when the process died; a number that does not ascend was written after it. */
function rowsUpTo(last: number, text: string): { rows: string[][]; length: number } {
  const rows: string[][] = [];
  let length = text.indexOf("\n") + 1;
  const width = text.slice(0, length).split(",").length;
  let previous = 0;
  for (let end = text.indexOf("\n", length); end !== -1; end = text.indexOf("\n", length)) {
    const row = text.slice(length, end).split(",");
    const number = Number(row[0]);
    if (row.length !== width || !(number > previous && number <= last)) break;
    rows.push(row);
    previous = number;
    length = end + 1;
  }
  return { rows, length };
}
