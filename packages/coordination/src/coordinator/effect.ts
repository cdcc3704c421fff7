/** What the coordinator wants done. The shell executes effects in order and decides nothing. */
import type { Group } from "@convoy/gradients";
import type { CodecName, EpochPoint, LogEntry, LossPoint, Refusal, Split, ToWorker } from "@convoy/protocol";
import type { EncodedVector } from "@convoy/vectors";
import type { RunPosition } from "./position.ts";
import type { PeerId } from "./state.ts";

export type CoordinatorEffect =
  | {
      readonly type: "send";
      readonly peer: PeerId;
      readonly message: Exclude<
        ToWorker,
        { type: "parameters" | "parameters-change" | "fetch-parameters" | "samples" | "refused" }
      >;
    }
  | { readonly type: "refuse"; readonly peer: PeerId; readonly refusal: Refusal }
  /** The newest parameters, all of them; or, to a worker that holds the version before, what has changed. */
  | { readonly type: "send-parameters"; readonly peer: PeerId; readonly form: "whole" | "change" }
  /** Say which are the newest parameters, to be fetched over HTTP. */
  | { readonly type: "offer-parameters"; readonly peer: PeerId }
  | {
      readonly type: "send-samples";
      readonly peer: PeerId;
      readonly lease: number;
      readonly split: Split;
      readonly samples: number[];
    }
  | { readonly type: "disconnect"; readonly peer: PeerId }
  /** Add the vector, so many times, into its place in the tree of this round's sums. */
  | {
      readonly type: "accumulate";
      readonly group: Group;
      readonly shardCount: number;
      readonly vector: Float32Array | EncodedVector;
      readonly weight: number;
    }
  /**
   * Everything is added that the round will have: divide, let the optimizer step, publish the next version. When that gives values that are no
   * numbers, the effects behind this one are void and the next event is "diverged".
   */
  | {
      readonly type: "update";
      readonly version: number;
      readonly sampleCount: number;
      /** Of the change that leads to it; with fp32 there is none. */
      readonly codec: CodecName;
    }
  /** Save the run. `epoch`: so many whole epochs were just completed; null in the midst of one. */
  | {
      readonly type: "checkpoint";
      readonly occasion: "interval" | "epoch" | "end";
      readonly epoch: number | null;
      readonly position: RunPosition;
    }
  /** Replaces the earlier wish; null withdraws it. */
  | { readonly type: "wake-at"; readonly at: number | null }
  | { readonly type: "report"; readonly report: Report };

/** For the history, the log and the viewers. */
export type Report =
  | { readonly type: "loss"; readonly point: LossPoint }
  | { readonly type: "epoch"; readonly point: EpochPoint }
  | { readonly type: "log"; readonly entry: LogEntry };
