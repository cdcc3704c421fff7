import type { EngineRemark, EngineVerdict, WorkerCommand, WorkerMessage, WorkerStatus } from "@convoy/worker";
import { EngineRecord } from "./engine-record.ts";
import type { VerdictMemory } from "./remembered-verdicts.ts";
import { restartDelay } from "./restart-delay.ts";

/** The part of a DedicatedWorker that is used here. */
export type WorkerThread = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror" | "onmessageerror">;

export type StartCommand = Extract<WorkerCommand, { type: "start" }>;

/** How a worker is started, whatever is known of its engines. */
export type FirstStart = Omit<StartCommand, "leftOut" | "verdicts">;

export interface LendingState {
  readonly stage: "idle" | "lending" | "stopped";
  /** The newest status of the worker; null until it has spoken. */
  readonly status: WorkerStatus | null;
  /** Counted by the coordinator, over all workers that this page has started. */
  readonly samples: number;
  readonly leases: number;
  /** The worker has been without a lease for longer than from one lease to the next. */
  readonly resting: boolean;
  /** By the person at the device; the worker says so itself a moment later, if there is one. */
  readonly paused: boolean;
  /** Why there is no worker, and the seconds after which a fresh one starts; null while there is one. */
  readonly restart: {
    readonly cause: "death" | "full";
    readonly sentence: string;
    readonly seconds: number;
  } | null;
  /** Engines that failed so often that the next workers do without them. */
  readonly leftOut: readonly EngineRemark[];
}

export const idleLending: LendingState = {
  stage: "idle",
  status: null,
  samples: 0,
  leases: 0,
  resting: false,
  paused: false,
  restart: null,
  leftOut: [],
};

/** Time for the last words to leave before the worker is ended. */
const GOODBYE_MS = 1000;
/** From one lease to the next it takes a moment, and the next status up to a second more; what takes longer is rest. */
const REST_MS = 2500;
/** A worker that lived this long was well: the next death counts as the first. */
const HEALTHY_MS = 60_000;
/** A coordinator without room is asked again after this. */
const FULL_SECONDS = 30;
/**
 * A worker is asked for a sign of life this often. One that has died without a word, or turns in a circle, misses so
 * many: counted, not timed, because a frozen page and a machine asleep stop both sides.
 */
const PING_MS = 30_000;
const PINGS_MISSED_MAX = 10;

/**
 * One lending of this device: it starts a DedicatedWorker, passes commands on, and starts a fresh worker when one dies.
 * Nothing is lost with a worker: all state that matters is the coordinator's.
 */
export class LendingSession {
  readonly #createThread: () => WorkerThread;
  readonly #onState: (state: LendingState) => void;
  readonly #start: FirstStart;
  readonly #memory: VerdictMemory;
  readonly #record = new EngineRecord();
  #state: LendingState;
  #thread: WorkerThread | null = null;
  #threadStartedAt = 0;
  #pingsMissed = 0;
  #deaths = 0;
  #before = { samples: 0, leases: 0 };
  #restartTimer: ReturnType<typeof setTimeout> | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  /** Ends the worker that has said goodbye. */
  #farewell: { readonly thread: WorkerThread; readonly timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(
    createThread: () => WorkerThread,
    start: FirstStart,
    memory: VerdictMemory,
    onState: (state: LendingState) => void,
    { paused = false } = {},
  ) {
    this.#createThread = createThread;
    this.#start = start;
    this.#memory = memory;
    this.#onState = onState;
    this.#state = { ...idleLending, stage: "lending", paused };
    this.#startThread();
  }

  pause(): void {
    this.#tell({ type: "pause" });
    this.#change({ paused: true });
  }

  resume(): void {
    this.#tell({ type: "resume" });
    this.#change({ paused: false });
  }

  /** Which engine is the quickest for this run: a fresh worker finds out once more. */
  measureAgain(): void {
    const task = this.#state.status?.verdict?.task;
    if (this.#thread === null || task === undefined) return;
    this.#memory.forget(task);
    this.#tell({ type: "stop" });
    this.#dismiss();
    this.#startThread();
  }

  /** Says goodbye. What was contributed stays on show. */
  stop(): void {
    this.#tell({ type: "stop" });
    this.#dismiss();
    this.#change({ stage: "stopped", restart: null });
  }

  /** Ends whatever runs at once, without a word: the page goes, perhaps to come back. */
  suspend(): void {
    const thread = this.#thread;
    this.#dismiss();
    thread?.terminate();
    this.#endFarewell();
  }

  /** The page is back: what was suspended is taken up by a fresh worker. */
  wake(): void {
    if (this.#state.stage === "lending" && this.#thread === null) this.#startThread();
  }

  #startThread(): void {
    const thread = this.#createThread();
    this.#thread = thread;
    this.#threadStartedAt = Date.now();
    this.#before = { samples: this.#state.samples, leases: this.#state.leases };
    thread.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (thread !== this.#thread) return;
      this.#pingsMissed = 0;
      if (data.type === "status") this.#hear(data.status);
    };
    thread.onerror = (event) => {
      event.preventDefault?.();
      this.#kill(thread, event.message || "its script could not be loaded");
    };
    thread.onmessageerror = () => this.#kill(thread, "it said something that cannot be read");
    this.#pingsMissed = 0;
    this.#pingTimer = setInterval(() => this.#ping(thread), PING_MS);
    const { leftOut } = this.#record;
    this.#change({ status: null, resting: false, restart: null, leftOut });
    this.#tell({ ...this.#start, leftOut, verdicts: this.#memory.recall() });
    if (this.#state.paused) this.#tell({ type: "pause" });
  }

  #ping(thread: WorkerThread): void {
    if (this.#pingsMissed === PINGS_MISSED_MAX) {
      this.#kill(thread, "it stopped answering");
      return;
    }
    this.#pingsMissed++;
    this.#tell({ type: "ping" });
  }

  #hear(status: WorkerStatus): void {
    this.#remember(status.verdict);
    const samples = this.#before.samples + status.samples;
    const leases = this.#before.leases + status.leases;
    const idle = status.phase === "waiting" && samples === this.#state.samples;
    clearTimeout(this.#restTimer);
    if (status.phase === "waiting") this.#restTimer = setTimeout(() => this.#change({ resting: true }), REST_MS);
    this.#change({ status, samples, leases, resting: idle && this.#state.resting });
    switch (status.phase) {
      case "broken":
        this.#mourn(status.sentence, status.engine?.name ?? null);
        return;
      case "full":
        this.#replace({ cause: "full", sentence: status.sentence, seconds: FULL_SECONDS });
        return;
      case "failed":
      case "outdated":
        this.#dismiss();
        return;
    }
  }

  /** Each verdict once: a worker says it with every status. One that was reached without some engines is none on those. */
  #remember(verdict: WorkerStatus["verdict"]): void {
    const { status, leftOut } = this.#state;
    const isOfAll = this.#start.engine === null && leftOut.length === 0;
    if (verdict === null || !isOfAll || isSame(verdict, status?.verdict ?? null)) return;
    this.#memory.keep(verdict);
  }

  /** A worker that is beyond speaking. */
  #kill(thread: WorkerThread, reason: string): void {
    if (thread !== this.#thread) return;
    thread.terminate();
    const { status } = this.#state;
    // What is being tried beside the engine in use is the likelier culprit.
    this.#mourn(reason, status?.trial?.engine ?? status?.engine?.name ?? null);
  }

  /** Starts a fresh worker after one that died; what it computed with is remembered. */
  #mourn(reason: string, engine: string | null): void {
    const sentence = sentenceOf(reason);
    if (engine !== null) this.#record.note(engine, sentence, Date.now());
    this.#deaths = Date.now() - this.#threadStartedAt >= HEALTHY_MS ? 1 : this.#deaths + 1;
    this.#replace({ cause: "death", sentence, seconds: restartDelay(this.#deaths) });
  }

  #replace(restart: NonNullable<LendingState["restart"]>): void {
    this.#dismiss();
    this.#restartTimer = setTimeout(() => this.#startThread(), restart.seconds * 1000);
    this.#change({ restart, leftOut: this.#record.leftOut });
  }

  /** Nothing is heard of the worker any more; its last words may still be on their way. */
  #dismiss(): void {
    clearTimeout(this.#restartTimer);
    clearTimeout(this.#restTimer);
    clearInterval(this.#pingTimer);
    const thread = this.#thread;
    this.#thread = null;
    if (thread === null) return;
    this.#endFarewell();
    this.#farewell = { thread, timer: setTimeout(() => this.#endFarewell(), GOODBYE_MS) };
  }

  #endFarewell(): void {
    if (this.#farewell === null) return;
    clearTimeout(this.#farewell.timer);
    this.#farewell.thread.terminate();
    this.#farewell = null;
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

function isSame(verdict: EngineVerdict, other: EngineVerdict | null): boolean {
  return verdict.task === other?.task && verdict.measuredAt === other.measuredAt;
}
