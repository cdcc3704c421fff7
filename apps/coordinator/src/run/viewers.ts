import type { Report } from "@convoy/coordination";
import { limits, type Refusal, type RunView, type ToViewer } from "@convoy/protocol";
import type { Connection } from "@convoy/transport";
import { RunHistory } from "./run-history.ts";

const INTERVAL_MS = 250;

/** The dashboards that watch: each gets the history once, then what is new, a few times a second. */
export class Viewers {
  readonly history = new RunHistory();
  readonly #describe: () => RunView;
  readonly #connections = new Set<Connection>();
  readonly #timer: NodeJS.Timeout;
  #news: Pick<Extract<ToViewer, { type: "progress" }>, "losses" | "epochs" | "log"> = {
    losses: [],
    epochs: [],
    log: [],
  };

  constructor(describe: () => RunView) {
    this.#describe = describe;
    this.#timer = setInterval(() => this.#broadcast(), INTERVAL_MS);
  }

  /** Null when the connection may watch, else why not. */
  add(connection: Connection): Refusal | null {
    if (this.#connections.size >= limits.viewers && !this.#connections.has(connection)) {
      return {
        reason: "too-many-viewers",
        sentence: `This run is watched by ${limits.viewers} dashboards already; close one first.`,
      };
    }
    // What is new but not sent yet is part of the history already.
    this.#broadcast();
    const { losses, epochs, log } = this.history;
    const snapshot: ToViewer = { type: "snapshot", run: this.#describe(), losses, epochs, log };
    connection.send(snapshot);
    this.#connections.add(connection);
    return null;
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
    if (this.#connections.size > 0) {
      const progress: ToViewer = { type: "progress", run: this.#describe(), ...this.#news };
      for (const connection of this.#connections) connection.send(progress);
    }
    this.#news = { losses: [], epochs: [], log: [] };
  }
}
