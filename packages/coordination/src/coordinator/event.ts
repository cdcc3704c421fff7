/** What can happen to the coordinator. Each event carries `now`, in milliseconds since 1970; nothing reads a clock. */
import type { Refusal, ToCoordinator, VectorFrame } from "@convoy/protocol";
import type { EncodedVector } from "@convoy/vectors";
import type { PeerId } from "./state.ts";

export type CoordinatorEvent =
  | {
      readonly type: "message";
      readonly now: number;
      readonly peer: PeerId;
      readonly message: Exclude<ToCoordinator, { type: "contribution" | "watch" }>;
    }
  /** A contribution whose frame could be read. The vector is passed on, never looked at. */
  | {
      readonly type: "contribution";
      readonly now: number;
      readonly peer: PeerId;
      readonly frame: VectorFrame<Float32Array | EncodedVector>;
      /** Whether every element of the vector is a number, and its norm too. */
      readonly finite: boolean;
      /** Euclidean, of the vector: of a sum over the lease's samples. Infinite where it is beyond measure. */
      readonly norm: number;
      readonly lossSum: number;
      readonly correctCount: number;
      /** Of a stretch, the loss of each of its batches, in sum over its samples; empty of a gradient. */
      readonly stepLosses: readonly number[];
      /** What the worker says its engine took. */
      readonly computeMs: number;
      /** Of that, before it had the lease. */
      readonly headStartMs: number;
      /** How long the lease was held up here after it was decided on, by what came before it. */
      readonly heldMs: number;
    }
  /** What a peer sent could not be understood. */
  | { readonly type: "not-understood"; readonly now: number; readonly peer: PeerId; readonly refusal: Refusal }
  | { readonly type: "disconnected"; readonly now: number; readonly peer: PeerId; readonly reason: string }
  /** The step that was asked for last gave parameters that are no numbers; the version before it is kept. */
  | { readonly type: "diverged"; readonly now: number }
  | { readonly type: "tick"; readonly now: number };
