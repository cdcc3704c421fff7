import type { EngineRemark } from "@convoy/worker";

/** An engine that fails so often within so long is left out; one failure may be a driver that was just updated. */
const FAILURES_MAX = 2;
const WITHIN_MS = 10 * 60_000;

/** Which engines ended workers of this page, and which of them the next worker is to do without. */
export class EngineRecord {
  readonly #failures = new Map<string, readonly number[]>();
  #leftOut: readonly EngineRemark[] = [];

  /** For as long as this device is lent. */
  get leftOut(): readonly EngineRemark[] {
    return this.#leftOut;
  }

  /** `now` in milliseconds. */
  note(engine: string, sentence: string, now: number): void {
    const recent = (this.#failures.get(engine) ?? []).filter((at) => now - at < WITHIN_MS);
    this.#failures.set(engine, [...recent, now]);
    if (recent.length + 1 < FAILURES_MAX) return;
    const remark = { engine, sentence: `It failed twice within ten minutes. The last time: ${sentence}` };
    this.#leftOut = [...this.#leftOut.filter((other) => other.engine !== engine), remark];
  }
}
