/** What a worker tells the page or terminal around it, and what it can be told. Plain data: it crosses `postMessage`. */

export type WorkerPhase = "connecting" | "proving" | "waiting" | "working" | "paused" | "ended" | "failed";

export interface WorkerStatus {
  readonly phase: WorkerPhase;
  /** The phase in words, with the reason where there is one. */
  readonly sentence: string;
  /** The name under which the dashboard shows this worker; null until the coordinator has answered. */
  readonly name: string | null;
  readonly recipeTitle: string | null;
  readonly datasetTitle: string | null;
  readonly engine: { readonly name: string; readonly device: string } | null;
  /** The self-test: largest error of a tensor relative to its largest value. */
  readonly proof: { readonly largestError: number; readonly durationMs: number } | null;
  /** Engines that were not used, each with the reason in a sentence. */
  readonly engineRemarks: readonly { readonly engine: string; readonly sentence: string }[];
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
      /** Force this engine ("tfjs-webgpu", "tfjs-wasm", "tfjs-cpu"); null to choose. */
      readonly engine: string | null;
    }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "stop" };
