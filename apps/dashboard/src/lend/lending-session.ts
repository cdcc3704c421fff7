import type { WorkerCommand, WorkerStatus } from "@convoy/worker";
import { restartDelay } from "./restart-delay.ts";

/** The part of a DedicatedWorker that is used here. */
export type WorkerThread = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror" | "onmessageerror">;

export type StartCommand = Extract<WorkerCommand, { type: "start" }>;

export interface LendingState {
  readonly stage: "idle" | "lending" | "stopped";
  /** The newest status of the worker; null until it has spoken. */
  readonly status: WorkerStatus | null;
  /** Counted by the coordinator, over all workers that this page has started. */
  readonly samples: number;
  readonly leases: number;
  /** The worker has been without a lease for longer than from one lease to the next. */
  readonly resting: boolean;
  /** Why the worker died, and the seconds after which a fresh one starts; null while one runs. */
  readonly death: { readonly sentence: string; readonly restartSeconds: number } | null;
}

export const idleLending: LendingState = {
  stage: "idle",
  status: null,
  samples: 0,
  leases: 0,
  resting: false,
  death: null,
};

/** Time for the goodbye to leave before the worker is ended. */
const GOODBYE_MS = 1000;
/** From one lease to the next it takes a moment; what takes longer is rest. */
const REST_MS = 1500;
/** A worker that lived this long was well: the next death counts as the first. */
const HEALTHY_MS = 60_000;

/**
 * One lending of this device: it starts a DedicatedWorker, passes commands on, and starts a fresh worker when one dies.
 * Nothing is lost with a worker: all state that matters is the coordinator's.
 */
export class LendingSession {
  readonly #createThread: () => WorkerThread;
  readonly #onState: (state: LendingState) => void;
  readonly #start: StartCommand;
  #state: LendingState = { ...idleLending, stage: "lending" };
  #thread: WorkerThread | null = null;
  #threadStartedAt = 0;
  #paused = false;
  #deaths = 0;
  #before = { samples: 0, leases: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(createThread: () => WorkerThread, start: StartCommand, onState: (state: LendingState) => void) {
    this.#createThread = createThread;
    this.#start = start;
    this.#onState = onState;
    this.#startThread();
  }

  pause(): void {
    this.#paused = true;
    this.#tell({ type: "pause" });
  }

  resume(): void {
    this.#paused = false;
    this.#tell({ type: "resume" });
  }

  /** Says goodbye. What was contributed stays on show. */
  stop(): void {
    this.#clearTimers();
    this.#tell({ type: "stop" });
    const thread = this.#thread;
    this.#timer = setTimeout(() => thread?.terminate(), GOODBYE_MS);
    this.#change({ stage: "stopped", death: null });
  }

  /** Ends everything at once, without a word: the page is going. */
  end(): void {
    this.#clearTimers();
    this.#thread?.terminate();
    this.#thread = null;
  }

  #startThread(): void {
    const thread = this.#createThread();
    this.#thread = thread;
    this.#threadStartedAt = Date.now();
    thread.onmessage = ({ data }: MessageEvent<{ type: "status"; status: WorkerStatus }>) => {
      if (data.type === "status") this.#hear(data.status);
    };
    thread.onerror = (event) => {
      event.preventDefault?.();
      this.#bury(thread, event.message || "its script could not be loaded");
    };
    thread.onmessageerror = () => this.#bury(thread, "it said something that cannot be read");
    this.#change({ status: null, resting: false, death: null });
    this.#tell(this.#start);
    if (this.#paused) this.#tell({ type: "pause" });
  }

  #hear(status: WorkerStatus): void {
    const samples = this.#before.samples + status.samples;
    const leases = this.#before.leases + status.leases;
    const idle = status.phase === "waiting" && samples === this.#state.samples;
    clearTimeout(this.#restTimer);
    if (status.phase === "waiting") this.#restTimer = setTimeout(() => this.#change({ resting: true }), REST_MS);
    this.#change({ status, samples, leases, resting: idle && this.#state.resting });
  }

  #bury(thread: WorkerThread, reason: string): void {
    if (thread !== this.#thread) return;
    thread.terminate();
    this.#thread = null;
    clearTimeout(this.#restTimer);
    if (this.#state.stage !== "lending") return;
    this.#before = { samples: this.#state.samples, leases: this.#state.leases };
    this.#deaths = Date.now() - this.#threadStartedAt >= HEALTHY_MS ? 1 : this.#deaths + 1;
    const restartSeconds = restartDelay(this.#deaths);
    this.#timer = setTimeout(() => this.#startThread(), restartSeconds * 1000);
    this.#change({ death: { sentence: sentenceOf(reason), restartSeconds } });
  }

  #clearTimers(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#restTimer);
  }

  #tell(command: WorkerCommand): void {
    this.#thread?.postMessage(command);
  }

  #change(changes: Partial<LendingState>): void {
    this.#state = { ...this.#state, ...changes };
    this.#onState(this.#state);
  }
}

function sentenceOf(reason: string): string {
  const text = reason.replace(/^Uncaught (?:\(in promise\) )?(?:Error: )?/, "").trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
