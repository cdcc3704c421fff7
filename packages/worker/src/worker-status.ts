/** What a worker tells the page or terminal around it, and what it can be told. Plain data: it crosses `postMessage`. */

import type { WorkerFailure } from "@convoy/coordination";
import type { EngineNews } from "./engine-keeper.ts";
import type { EngineVerdict } from "./engine-verdict.ts";

/** After the last four, and after "ended" at the device's own wish, nothing follows: a worker is never used twice. */
export type WorkerPhase =
  | "connecting"
  | "proving"
  | "fetching"
  | "waiting"
  | "working"
  | "paused"
  | "ended"
  | WorkerFailure["kind"];

export interface WorkerStatus extends Omit<EngineNews, "inUse"> {
  readonly phase: WorkerPhase;
  /** The phase in words, with the reason where there is one. */
  readonly sentence: string;
  /** The name under which the dashboard shows this worker; null until the coordinator has answered. */
  readonly name: string | null;
  readonly recipeTitle: string | null;
  readonly datasetTitle: string | null;
  /** The engine in use, or that was last: name of the candidate, and its device in words. */
  readonly engine: { readonly name: string; readonly device: string } | null;
  /** The self-test: largest error of a tensor relative to its largest value. */
  readonly proof: { readonly largestError: number; readonly durationMs: number } | null;
  /** Bytes of the parameters that it fetches over HTTP; null while it fetches none. */
  readonly download: { readonly received: number; readonly total: number } | null;
  readonly samplesPerSecond: number;
  /** Counted by the coordinator, training and evaluation together. */
  readonly samples: number;
  readonly leases: number;
  readonly lastLeaseMs: number | null;
  readonly lastRefusal: string | null;
}

export type WorkerCommand =
  | {
      readonly type: "start";
      /** Origin of the coordinator. */
      readonly url: string;
      readonly name: string;
      /** The browser and system in words. */
      readonly device: string;
      /** What lets it in where an invitation is asked for. */
      readonly token: string | null;
      /** Force this engine ("webgpu", "wasm", "tfjs-webgpu", "tfjs-wasm", "tfjs-cpu"); null to choose. */
      readonly engine: string | null;
      /** Of the processor, at most. */
      readonly threads: number;
      /** Engines to leave out, each with the reason in a sentence. */
      readonly leftOut: EngineNews["engineRemarks"];
      /** What was measured on this device before. */
      readonly verdicts: readonly EngineVerdict[];
    }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "stop" }
  /** Asks for a sign of life. */
  | { readonly type: "ping" };

/** What a worker says to the page around it. */
export type WorkerMessage =
  | { readonly type: "status"; readonly status: WorkerStatus }
  /** The answer to a ping. */
  | { readonly type: "pong" };
