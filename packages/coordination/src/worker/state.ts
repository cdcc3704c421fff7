/** All that a worker knows when it decides. No pixels, no parameters: those lie in the shell. */
import type { LeaseMessage, NextStretchMessage } from "@convoy/protocol";
import type { HeadStart } from "./head-start.ts";

export interface WorkerEngine {
  readonly name: string;
  readonly device: string;
  readonly fingerprint: string;
}

export interface Proof {
  readonly largestError: number;
  readonly durationMs: number;
}

/** What an engine is chosen for. */
export interface EngineWish {
  readonly recipeText: string;
  readonly exact: boolean;
  /** The only one that will do; null when any will. */
  readonly fingerprint: string | null;
}

/** What the coordinator said about the run. */
export interface RunInfo {
  readonly run: string;
  readonly name: string;
  /** Equal texts mean that the same engine can be used on. */
  readonly recipeText: string;
  readonly recipeTitle: string;
  readonly datasetTitle: string;
  readonly exact: boolean;
  /** The engine that the run wants; null when any will do. */
  readonly fingerprint: string | null;
}

export interface LeaseInHand {
  readonly message: LeaseMessage;
  readonly stage: "fetching" | "computing";
  /** What is still to be asked for, as requests; and how many of those that were sent wait for their answer. */
  readonly toRequest: readonly number[][];
  readonly unanswered: number;
  /** The stretch that will probably come after this one; null while none was announced. */
  readonly next: NextStretchMessage | null;
}

/**
 * How a worker ends that its owner did not end. `failed`: for good, nothing that this device could try would help.
 * `broken`: its engine is not to be trusted any more, a fresh worker may do better. `full`: the coordinator has no
 * room now. `outdated`: coordinator and worker speak different versions of the protocol.
 */
export interface WorkerFailure {
  readonly kind: "failed" | "broken" | "full" | "outdated";
  readonly sentence: string;
}

export interface WorkerCoreState {
  readonly connected: boolean;
  /** On this connection: before, the coordinator may have another recipe than the engine. */
  readonly welcomed: boolean;
  readonly run: RunInfo | null;
  /** Made for a wish, and passed its self-test. */
  readonly engine: { readonly identity: WorkerEngine; readonly proof: Proof; readonly wish: EngineWish } | null;
  /** Set while an engine is being chosen, to what it is made for. */
  readonly proving: EngineWish | null;
  /** The engine that is being tested. */
  readonly testing: string | null;
  /** By the person at the device. */
  readonly paused: boolean;
  /** Of the parameters that the engine has. */
  readonly version: number | null;
  /** The version that it fetches over HTTP. */
  readonly fetching: number | null;
  /** Why those that came last could not be taken; null when they were. */
  readonly parametersFault: string | null;
  readonly lease: LeaseInHand | null;
  /** The stretch that is begun while nothing is in hand, until another is in hand. */
  readonly headStart: HeadStart | null;
  /** The stretch that was sent before it was said which one comes next. */
  readonly untold: LeaseMessage | null;
  /** The run as a whole. */
  readonly runState: { readonly state: "running" | "paused" | "ended"; readonly sentence: string };
  /** Results in a row that were refused because they were not numbers. */
  readonly notFinite: number;
  /** The worker is over, and why. */
  readonly failure: WorkerFailure | null;
  readonly left: boolean;
  readonly totals: { readonly samples: number; readonly leases: number; readonly lastRefusal: string | null };
}

/** What a worker knows of its parameters when it has none. */
export const withoutParameters = { version: null, fetching: null, parametersFault: null };

/** Nothing is begun, nor is to be. */
export const withoutHeadStart = { headStart: null, untold: null };

export const startWorker: WorkerCoreState = {
  connected: false,
  welcomed: false,
  run: null,
  engine: null,
  proving: null,
  testing: null,
  paused: false,
  ...withoutParameters,
  lease: null,
  ...withoutHeadStart,
  runState: { state: "running", sentence: "" },
  notFinite: 0,
  failure: null,
  left: false,
  totals: { samples: 0, leases: 0, lastRefusal: null },
};
