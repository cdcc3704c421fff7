/** What a run has cost so far: one part for each coordinator that led it, kept so that an interruption loses seconds of it. */
import * as z from "zod";
import { readJson, writeJson } from "./json-file.ts";

const partSchema = z.strictObject({
  startedAt: z.iso.datetime(),
  fromStep: z.int().min(0),
  toStep: z.int().min(0),
  sentBytes: z.int().min(0),
  receivedBytes: z.int().min(0),
  engines: z.array(z.string()),
});
type Part = z.infer<typeof partSchema>;

const KEPT_EVERY_MS = 5000;

export interface PartNews {
  readonly step: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly engines: readonly string[];
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
  begin(fromStep: number): void {
    if (fromStep === 0) this.#parts.length = 0;
    const startedAt = new Date().toISOString();
    this.#parts.push({ startedAt, fromStep, toStep: fromStep, sentBytes: 0, receivedBytes: 0, engines: [] });
    this.keep();
  }

  /** Where the newest part stands. */
  note({ step, sentBytes, receivedBytes, engines }: PartNews): void {
    const part = this.#parts.at(-1);
    if (part === undefined) return;
    part.toStep = step;
    part.sentBytes = sentBytes;
    part.receivedBytes = receivedBytes;
    part.engines = [...new Set([...part.engines, ...engines])].toSorted();
    if (performance.now() - this.#writtenAt >= KEPT_EVERY_MS) this.keep();
  }

  keep(): void {
    writeJson(this.#file, this.#parts);
    this.#writtenAt = performance.now();
  }

  /** Of all parts together. */
  get total(): { parts: number; sentBytes: number; receivedBytes: number; engines: string[] } {
    const sum = (pick: (part: Part) => number) => this.#parts.reduce((total, part) => total + pick(part), 0);
    return {
      parts: Math.max(1, this.#parts.length),
      sentBytes: sum(({ sentBytes }) => sentBytes),
      receivedBytes: sum(({ receivedBytes }) => receivedBytes),
      engines: [...new Set(this.#parts.flatMap(({ engines }) => engines))].toSorted(),
    };
  }
}
