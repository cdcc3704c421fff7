/** What can happen to a worker. */
import type { FetchMessage, NextStretchMessage, ToWorker } from "@convoy/protocol";
import type { EngineWish, Proof, WorkerEngine } from "./state.ts";

export interface LeaseOutcome {
  readonly lossSum: number;
  readonly correctCount: number;
  /** Of a stretch, the loss of each of its steps, in sum over its samples; empty of a gradient. */
  readonly stepLosses: readonly number[];
  readonly computeMs: number;
  /** Of that, before the lease came. */
  readonly headStartMs: number;
}

export type WorkerEvent =
  | { readonly type: "connected"; readonly name: string; readonly device: string; readonly token: string | null }
  | { readonly type: "disconnected" }
  | {
      readonly type: "welcomed";
      readonly message: Extract<ToWorker, { type: "welcome" }>;
      readonly recipeTitle: string;
    }
  /** The coordinator's recipe cannot be used by this version of the worker. */
  | { readonly type: "failed"; readonly sentence: string }
  | { readonly type: "engine-tested"; readonly wish: EngineWish; readonly engine: string }
  | {
      readonly type: "engine-proven";
      readonly wish: EngineWish;
      readonly identity: WorkerEngine;
      readonly proof: Proof;
    }
  /** Another engine, which is quicker, has taken the place of the one that was ready. */
  | { readonly type: "engine-changed"; readonly identity: WorkerEngine; readonly proof: Proof }
  | { readonly type: "engine-missing"; readonly wish: EngineWish; readonly sentence: string }
  | { readonly type: "parameters-stored"; readonly version: number }
  | { readonly type: "told-to-fetch"; readonly message: FetchMessage }
  /** The parameters are there, checked. */
  | { readonly type: "fetched"; readonly version: number }
  | { readonly type: "fetch-failed"; readonly version: number; readonly sentence: string }
  /** Parameters, or a change of them, came that cannot be taken; what was held before still is. */
  | { readonly type: "parameters-refused"; readonly sentence: string }
  /** `missing` are the samples of the lease that the cache does not have, `ahead` those that it names for later. */
  | {
      readonly type: "leased";
      readonly message: Extract<ToWorker, { type: "lease" }>;
      readonly missing: number[];
      readonly ahead: number[];
      /** Samples that one request may name and have answered. */
      readonly requestSize: number;
      /** The same of samples for later. */
      readonly aheadSize: number;
    }
  /** `ahead`: samples that the lease after this one will probably be about, and that the cache does not have. */
  | {
      readonly type: "announced";
      readonly message: NextStretchMessage;
      readonly ahead: number[];
      readonly aheadSize: number;
    }
  | { readonly type: "samples-stored"; readonly lease: number; readonly missing: number[] }
  /** `predictions`: of an evaluation, as they travel; null in training. */
  | {
      readonly type: "computed";
      readonly lease: number;
      readonly outcome: LeaseOutcome;
      readonly predictions: Uint8Array | null;
    }
  | { readonly type: "compute-failed"; readonly lease: number; readonly sentence: string }
  | {
      readonly type: "message";
      readonly message: Extract<ToWorker, { type: "revoke" | "counted" | "refused" | "run-state" | "probe" }>;
    }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "stop" };
