import { type FileHandle, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const descriptionSchema = z.strictObject({
  address: z.string(),
  /** Names this very content to the server: an ETag or the time of its last change. */
  validator: z.string(),
  totalBytes: z.int().min(1).nullable(),
});
type Description = z.infer<typeof descriptionSchema>;

/**
 * What has arrived of a download. Where the server can be asked for the rest of the same content, it is also on the
 * disk, so that a later start goes on from there; a disk that does not take it only costs that.
 */
export class PartialDownload {
  readonly #path: string;
  readonly #address: string;
  #chunks: Uint8Array[] = [];
  #receivedBytes = 0;
  #description: Description | undefined;
  #file: FileHandle | undefined;
  #fromEarlierStart = false;

  private constructor(path: string, address: string) {
    this.#path = path;
    this.#address = address;
  }

  /** With what an earlier start has left of the same address. */
  static async find(folder: string, name: string, address: string): Promise<PartialDownload> {
    const partial = new PartialDownload(join(folder, `.${name}.download`), address);
    await partial.#recall().catch(() => {});
    return partial;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** How to ask for the rest; undefined where only the whole can be asked for. */
  get validator(): string | undefined {
    return this.#receivedBytes > 0 ? this.#description?.validator : undefined;
  }

  get isWhole(): boolean {
    return this.#receivedBytes > 0 && this.#receivedBytes === this.#description?.totalBytes;
  }

  /** Whether the beginning was read from the disk, where anything may have happened to it. */
  get isFromEarlierStart(): boolean {
    return this.#fromEarlierStart;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  /** From the first byte, whatever there was. */
  async begin(validator: string | undefined, totalBytes: number | undefined): Promise<void> {
    await this.discard();
    if (validator === undefined) return;
    this.#description = { address: this.#address, validator, totalBytes: totalBytes ?? null };
    try {
      await mkdir(join(this.#path, ".."), { recursive: true });
      await writeFile(this.#descriptionPath, JSON.stringify(this.#description));
      this.#file = await open(this.#path, "w");
    } catch {
      await this.close();
    }
  }

  async add(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.#receivedBytes += chunk.length;
    await this.#file?.writeFile(chunk).catch(() => this.close());
  }

  /** Leaves what is on the disk to a later start. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }

  /** Forgets everything, here and on the disk. */
  async discard(): Promise<void> {
    await this.close();
    this.#chunks = [];
    this.#receivedBytes = 0;
    this.#description = undefined;
    this.#fromEarlierStart = false;
    for (const path of [this.#descriptionPath, this.#path]) await rm(path, { force: true }).catch(() => {});
  }

  get #descriptionPath(): string {
    return `${this.#path}.json`;
  }

  async #recall(): Promise<void> {
    const description = descriptionSchema.parse(JSON.parse(await readFile(this.#descriptionPath, "utf8")));
    if (description.address !== this.#address) return;
    const kept = await readFile(this.#path);
    if (kept.length === 0 || kept.length > (description.totalBytes ?? kept.length)) return;
    this.#file = await open(this.#path, "a");
    this.#description = description;
    this.#chunks = [kept];
    this.#receivedBytes = kept.length;
    this.#fromEarlierStart = true;
  }
}
