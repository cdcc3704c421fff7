/** What the loop's thread and the thread of the vectors say to each other. Vectors are handed over: one thread has each. */
import type { KeptVectors, PlaneStart, ReadContribution, RunSettings } from "@convoy/coordination";
import type { Group } from "@convoy/gradients";
import type { CodecName, SealedChange } from "@convoy/protocol";
import type { EncodedVector } from "@convoy/vectors";

/** The first message. */
interface BeginPlane {
  readonly type: "begin";
  readonly settings: RunSettings;
  readonly start: PlaneStart;
}

export type ToPlaneThread = BeginPlane | AskedOfPlane;

export type AskedOfPlane =
  | { readonly type: "read"; readonly bytes: Uint8Array }
  | {
      readonly type: "accumulate";
      readonly group: Group;
      readonly shardCount: number;
      readonly vector: Float32Array | EncodedVector;
      readonly weight: number;
    }
  | { readonly type: "update"; readonly version: number; readonly sampleCount: number; readonly codec: CodecName }
  | { readonly type: "keep" };

/** A copy of what was published last. */
export interface Published {
  readonly version: number;
  readonly frame: Uint8Array<ArrayBuffer>;
  /** Null where there is none. */
  readonly change: SealedChange | null;
}

export type FromPlaneThread =
  | { readonly type: "read"; readonly read: ReadContribution }
  /** The answer to the beginning, and to an update; null when that is not published. */
  | { readonly type: "published"; readonly published: Published | null }
  /** A copy. */
  | { readonly type: "kept"; readonly kept: KeptVectors };

/** What goes with a vector that is handed over: that of the message that it came in, whole. */
export function memoryOf(vector: Float32Array | EncodedVector): ArrayBuffer {
  return (vector instanceof Float32Array ? vector : vector.bytes).buffer as ArrayBuffer;
}
