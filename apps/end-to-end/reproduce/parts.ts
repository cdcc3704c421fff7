/** What a run has cost so far: one part for each coordinator that led it, kept so that an interruption loses seconds of it. */
import * as z from "zod";
import { readJson, writeJson } from "./json-file.ts";
import type { TrainedSeed } from "./results.ts";

const partSchema = z.strictObject({
  startedAt: z.iso.datetime(),
  /** Of the coordinator that leads it. */
  url: z.string().default(""),
  fromStep: z.int().min(0),
  toStep: z.int().min(0),
  sentBytes: z.int().min(0),
  receivedBytes: z.int().min(0),
  engines: z.array(z.string()),
  /** Of training, that were counted, for each worker. */
  shards: z.array(z.int().min(0)).default([]),
});
type Part = z.infer<typeof partSchema>;

const KEPT_EVERY_MS = 5000;

export interface PartNews {
  readonly step: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Of the workers that have computed something. */
  readonly engines: readonly string[];
  readonly shards: readonly number[];
}

export class Parts {
  readonly #file: string;
  readonly #parts: Part[];
  #writtenAt = 0;

  constructor(file: string) {
    this.#file = file;
    this.#parts = readJson(file, z.array(partSchema)) ?? [];
  }

  /** Another coordinator leads, from this step on; 0: a new run, and what was before it does not count. */
  begin(fromStep: number, url: string): void {
    if (fromStep === 0) this.#parts.length = 0;
    const startedAt = new Date().toISOString();
    const nothing = { sentBytes: 0, receivedBytes: 0, engines: [], shards: [] };
    this.#parts.push({ startedAt, url, fromStep, toStep: fromStep, ...nothing });
    this.keep();
  }

  /** Where the newest part stands. */
  note({ step, sentBytes, receivedBytes, engines, shards }: PartNews): void {
    const part = this.#parts.at(-1);
    if (part === undefined) return;
    part.toStep = step;
    part.sentBytes = sentBytes;
    part.receivedBytes = receivedBytes;
    part.shards = [...shards];
    part.engines = [...new Set([...part.engines, ...engines])].toSorted();
    if (performance.now() - this.#writtenAt >= KEPT_EVERY_MS) this.keep();
  }

  /** Of the newest part; null where there is none. */
  get url(): string | null {
    return this.#parts.at(-1)?.url || null;
  }

  keep(): void {
    writeJson(this.#file, this.#parts);
    this.#writtenAt = performance.now();
  }

  /** Of all parts together; of the workers, which are others each time, those of the last. */
  get total(): Pick<TrainedSeed, "parts" | "sentBytes" | "receivedBytes" | "engines" | "shards"> {
    const sum = (pick: (part: Part) => number) => this.#parts.reduce((total, part) => total + pick(part), 0);
    return {
      parts: Math.max(1, this.#parts.length),
      sentBytes: sum(({ sentBytes }) => sentBytes),
      receivedBytes: sum(({ receivedBytes }) => receivedBytes),
      engines: [...new Set(this.#parts.flatMap(({ engines }) => engines))].toSorted(),
      shards: this.#parts.at(-1)?.shards ?? [],
    };
  }
}
