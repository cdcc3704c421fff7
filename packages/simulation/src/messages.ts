/**
 * What travels in the simulation. An honest peer's messages travel as they will be understood, since reading them would
 * find nothing; a liar's travel as raw data, and go through the real parser and frame reader.
 */
import type { ToCoordinator, ToWorker, VectorFrame } from "@convoy/protocol";

export type Contribution = Omit<Extract<ToCoordinator, { type: "contribution" }>, "frame"> & {
  readonly frame: VectorFrame;
};

export type PlainMessage = Exclude<ToCoordinator, { type: "contribution" | "watch" }>;

export type SentToCoordinator = PlainMessage | Contribution | { readonly type: "raw"; readonly data: unknown };

export type SentToWorker =
  | Exclude<ToWorker, { type: "parameters" | "samples" }>
  | { readonly type: "parameters"; readonly frame: VectorFrame }
  | { readonly type: "samples"; readonly lease: number; readonly samples: readonly number[] };
