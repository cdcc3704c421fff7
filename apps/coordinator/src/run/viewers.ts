import type { Report } from "@convoy/coordination";
import {
  type EvaluationView,
  limits,
  type Refusal,
  type RunView,
  type TestSetView,
  type ToViewer,
} from "@convoy/protocol";
import type { Connection } from "@convoy/transport";
import { RunHistory } from "./run-history.ts";

const INTERVAL_MS = 250;

type News = Pick<Extract<ToViewer, { type: "progress" }>, "losses" | "epochs" | "log">;
type NewsCounts = Record<keyof News, number>;
const nothing: NewsCounts = { losses: 0, epochs: 0, log: 0 };

/** What a viewer has been told. */
interface Seen {
  /** Of the waiting news: one that has just come has them in its snapshot. */
  readonly news: NewsCounts;
  readonly evaluation: EvaluationView | null;
}

/** What viewers are told of. */
export interface Watched {
  describe(): RunView;
  /** The newest; null before the first is over. */
  evaluation(): EvaluationView | null;
  readonly testSet: TestSetView;
  /** What is known of an earlier part of the run. */
  readonly history?: RunHistory;
}

/** The dashboards that watch: each gets the history once, then what is new, a few times a second. */
export class Viewers {
  readonly history: RunHistory;
  readonly #watched: Watched;
  readonly #connections = new Map<Connection, Seen>();
  readonly #timer: NodeJS.Timeout;
  #news: News = { losses: [], epochs: [], log: [] };

  constructor(watched: Watched) {
    this.#watched = watched;
    this.history = watched.history ?? new RunHistory();
    this.#timer = setInterval(() => this.#broadcast(), INTERVAL_MS);
  }

  /** Null when the connection may watch, else why not. `mayControl` is what it is told about itself. */
  add(connection: Connection, mayControl: boolean): Refusal | null {
    // What it has is kept up to date; a snapshot for each request would cost more than asking does.
    if (this.#connections.has(connection)) return null;
    if (this.#connections.size >= limits.viewers) {
      return {
        reason: "too-many-viewers",
        sentence: `This run is watched by ${limits.viewers} dashboards already; close one first.`,
      };
    }
    const { losses, epochs, log } = this.history;
    const { testSet } = this.#watched;
    const evaluation = this.#watched.evaluation();
    const run = this.#watched.describe();
    const snapshot: ToViewer = { type: "snapshot", run, losses, epochs, log, evaluation, testSet, mayControl };
    connection.send(snapshot);
    const { losses: newLosses, epochs: newEpochs, log: newLog } = this.#news;
    const seen = { losses: newLosses.length, epochs: newEpochs.length, log: newLog.length };
    this.#connections.set(connection, { news: seen, evaluation });
    return null;
  }

  has(connection: Connection): boolean {
    return this.#connections.has(connection);
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection);
  }

  report(report: Report): void {
    switch (report.type) {
      case "loss":
        this.history.addLoss(report.point);
        if (this.#connections.size > 0) this.#news.losses.push(report.point);
        return;
      case "epoch":
        this.history.epochs.push(report.point);
        this.#news.epochs.push(report.point);
        return;
      case "log":
        this.history.addLogEntry(report.entry);
        this.#news.log.push(report.entry);
        return;
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #broadcast(): void {
    const news = this.#news;
    this.#news = { losses: [], epochs: [], log: [] };
    if (this.#connections.size === 0) return;
    const run = this.#watched.describe();
    const evaluation = this.#watched.evaluation();
    for (const [connection, seen] of this.#connections) {
      const unseen = seen.news === nothing ? news : newsAfter(seen.news, news);
      const newer = evaluation === seen.evaluation ? null : evaluation;
      const progress: ToViewer = { type: "progress", run, evaluation: newer, ...unseen };
      connection.send(progress);
      this.#connections.set(connection, { news: nothing, evaluation });
    }
  }
}

function newsAfter(seen: NewsCounts, { losses, epochs, log }: News): News {
  return { losses: losses.slice(seen.losses), epochs: epochs.slice(seen.epochs), log: log.slice(seen.log) };
}
