import { type EpochPoint, type LogEntry, type LossPoint, limits } from "@convoy/protocol";

/** What a newly opened dashboard is told of the past, within limits whatever the length of the run. */
export class RunHistory {
  readonly epochs: EpochPoint[] = [];
  readonly log: LogEntry[] = [];
  #curve: LossPoint[] = [];
  /** How many steps one point of the curve stands for: its loss is their mean, its step the last of them. */
  #stepsPerPoint = 1;
  #pending: LossPoint[] = [];

  get losses(): LossPoint[] {
    return this.#pending.length === 0 ? this.#curve : [...this.#curve, meanPoint(this.#pending)];
  }

  addLoss(point: LossPoint): void {
    this.#pending.push(point);
    if (this.#pending.length < this.#stepsPerPoint) return;
    this.#curve.push(meanPoint(this.#pending));
    this.#pending = [];
    // One place is left for the point that is pending; an even number merges into points of equal weight.
    if (this.#curve.length < limits.historyPoints - 2) return;
    this.#curve = inPairs(this.#curve);
    this.#stepsPerPoint *= 2;
  }

  addLogEntry(entry: LogEntry): void {
    this.log.push(entry);
    if (this.log.length > limits.logEntries) this.log.shift();
  }
}

function inPairs(points: readonly LossPoint[]): LossPoint[] {
  const merged: LossPoint[] = [];
  for (let i = 0; i < points.length; i += 2) merged.push(meanPoint(points.slice(i, i + 2)));
  return merged;
}

function meanPoint(points: readonly LossPoint[]): LossPoint {
  const last = points.at(-1) as LossPoint;
  return { step: last.step, loss: points.reduce((sum, point) => sum + point.loss, 0) / points.length };
}
