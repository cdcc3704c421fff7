import type { LogEntry, RefusalReason } from "@convoy/protocol";
import type { CoordinatorEffect } from "./effect.ts";
import type { CoordinatorState, Lease, PeerId, Worker } from "./state.ts";
import { readClock } from "./training-clock.ts";

/** One transition in the making: the state so far and the effects so far. It lives no longer than the transition. */
export class Turn {
  readonly now: number;
  readonly effects: CoordinatorEffect[] = [];
  state: CoordinatorState;
  #workers: Map<PeerId, Worker> | null = null;
  #leases: Map<number, Lease> | null = null;

  constructor(state: CoordinatorState, now: number) {
    this.state = state;
    this.now = now;
  }

  change(change: Partial<CoordinatorState>): void {
    this.state = { ...this.state, ...change };
  }

  worker(peer: PeerId): Worker | undefined {
    const worker = this.state.workers.get(peer);
    return worker?.state === "left" ? undefined : worker;
  }

  changeWorker(worker: Worker, change: Partial<Worker>): Worker {
    // From then on it waits for a lease, whatever it was that made it ready.
    const becomesReady = change.state === "ready" && worker.state !== "ready";
    const readySince = becomesReady ? readClock(this.state.clock, this.now) : worker.readySince;
    const changed = { ...worker, readySince, ...change };
    this.workers.set(worker.peer, changed);
    return changed;
  }

  changeLease(lease: Lease): void {
    this.leases.set(lease.id, lease);
  }

  /** The workers, to be changed: copied once in a transition, since the state before it stays as it was. */
  get workers(): Map<PeerId, Worker> {
    if (this.#workers === null || this.#workers !== this.state.workers) {
      this.#workers = new Map(this.state.workers);
      this.change({ workers: this.#workers });
    }
    return this.#workers;
  }

  /** The leases of this round, to be changed, as the workers. */
  get leases(): Map<number, Lease> {
    if (this.#leases === null || this.#leases !== this.state.leases) {
      this.#leases = new Map(this.state.leases);
      this.change({ leases: this.#leases });
    }
    return this.#leases;
  }

  send(peer: PeerId, message: Extract<CoordinatorEffect, { type: "send" }>["message"]): void {
    this.effects.push({ type: "send", peer, message });
  }

  refuse(peer: PeerId, reason: RefusalReason, sentence: string, lease?: number): void {
    const refusal = lease === undefined ? { reason, sentence } : { reason, sentence, lease };
    this.effects.push({ type: "refuse", peer, refusal });
  }

  log(level: LogEntry["level"], sentence: string): void {
    // Names and reasons come from peers, and a terminal obeys control characters.
    const harmless = sentence.replace(/[\p{Cc}\p{Cf}]+/gu, " ");
    this.effects.push({ type: "report", report: { type: "log", entry: { at: this.now, level, sentence: harmless } } });
  }
}
