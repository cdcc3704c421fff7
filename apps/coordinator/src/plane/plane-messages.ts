/** What the loop's thread and the thread of the vectors say to each other. Long vectors are handed over or shared, never copied. */
import type { KeptVectors, PlaneStart, ReadContribution, RunSettings } from "@convoy/coordination";
import type { Group } from "@convoy/gradients";
import type { CodecName, SealedChange } from "@convoy/protocol";

/** What the thread begins with. */
export interface PlaneBeginning {
  readonly settings: RunSettings;
  readonly start: PlaneStart;
}

export type ToPlaneThread =
  | { readonly type: "read"; readonly bytes: Uint8Array }
  | {
      readonly type: "accumulate";
      readonly group: Group;
      readonly shardCount: number;
      readonly vector: Float32Array;
      readonly weight: number;
    }
  | { readonly type: "update"; readonly version: number; readonly sampleCount: number; readonly codec: CodecName }
  | { readonly type: "keep" }
  | { readonly type: "give-back"; readonly version: number };

/** What was published last, in memory that both threads read and none writes to again. */
export interface Published {
  readonly version: number;
  readonly frame: Uint8Array;
  readonly parameters: Float32Array;
  /** Null where there is none. */
  readonly change: SealedChange | null;
}

export type FromPlaneThread =
  | { readonly type: "read"; readonly read: ReadContribution }
  /** The answer to an update, and the first thing that is said. */
  | { readonly type: "published"; readonly isNew: boolean; readonly published: Published }
  | { readonly type: "kept"; readonly kept: KeptVectors };
