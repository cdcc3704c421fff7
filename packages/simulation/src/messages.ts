/**
 * What travels in the simulation. An honest peer's messages travel as they will be understood, since reading them would
 * find nothing; a liar's travel as raw data, and go through the real parser and frame reader.
 */
import type { ToCoordinator, ToWorker, VectorFrame } from "@convoy/protocol";
import type { EncodedVector } from "@convoy/vectors";

export type Contribution = Omit<Extract<ToCoordinator, { type: "contribution" }>, "frame"> & {
  readonly frame: VectorFrame;
};

export type PlainMessage = Exclude<ToCoordinator, { type: "contribution" | "watch" }>;

export type SentToCoordinator = PlainMessage | Contribution | { readonly type: "raw"; readonly data: unknown };

export interface ChangeSent {
  readonly type: "parameters-change";
  readonly frame: VectorFrame<EncodedVector>;
  readonly checksum: number;
}

export type SentToWorker =
  | Exclude<ToWorker, { type: "parameters" | "parameters-change" | "samples" }>
  | { readonly type: "parameters"; readonly frame: VectorFrame }
  | ChangeSent
  | { readonly type: "samples"; readonly lease: number; readonly samples: readonly number[] };
