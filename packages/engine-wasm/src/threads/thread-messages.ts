/** What an engine on several threads says to each of the others, and what they answer. */
import type { Batch, BatchOutcome, EngineTask, Evaluation } from "@convoy/engine";
import type { KernelBuild } from "../kernels.ts";

export type ToThread =
  | { readonly type: "make"; readonly task: EngineTask; readonly build: KernelBuild }
  | { readonly type: "parameters"; readonly parameters: Float32Array }
  /** `gradient` is a buffer that comes back filled; null for an evaluation. */
  | { readonly type: "compute"; readonly batch: Batch; readonly gradient: Float32Array | null };

export type FromThread =
  | { readonly type: "made" }
  | { readonly type: "computed"; readonly outcome: BatchOutcome; readonly gradient: Float32Array }
  | { readonly type: "evaluated"; readonly evaluation: Evaluation }
  | { readonly type: "failed"; readonly sentence: string };

/** A thread as those outside see it: a DedicatedWorker of a browser, a worker thread of Node. */
export interface EngineThread {
  post(message: ToThread, transfer: ArrayBuffer[]): void;
  /** At most one hears: of answers, and of the thread's own failure. */
  listen(onMessage: (message: FromThread) => void, onFailure: (sentence: string) => void): void;
  close(): void;
}

/** A thread as it sees itself. */
export interface ThreadPort {
  post(message: FromThread, transfer: ArrayBuffer[]): void;
  listen(onMessage: (message: ToThread) => void): void;
}
