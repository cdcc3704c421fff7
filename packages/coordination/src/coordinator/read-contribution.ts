/** The bytes of a contribution become floats, and what the core is told of them. */
import { type Refusal, readFrame, type VectorFrame } from "@convoy/protocol";
import { decodeInto, type EncodedVector } from "@convoy/vectors";
import { agreedCodecs } from "./codec-in-use.ts";
import { measureGradient } from "./gradient-size.ts";
import type { RunSettings } from "./settings.ts";

export type ReadContribution =
  | {
      readonly ok: true;
      /** May be a view of the bytes that were read. */
      readonly frame: VectorFrame;
      readonly finite: boolean;
      readonly norm: number;
    }
  | { readonly ok: false; readonly refusal: Refusal };

/** Reads frames with the run's number of elements, in the codecs that were agreed. */
export function contributionReader(
  settings: Pick<RunSettings, "parameterCount" | "codec">,
): (bytes: Uint8Array) => ReadContribution {
  const agreed = agreedCodecs(settings);
  return (bytes) => {
    const parsed = readFrame(bytes, settings.parameterCount, agreed);
    if (!parsed.ok) return parsed;
    const frame = { ...parsed.frame, vector: floatsOf(parsed.frame.vector) };
    return { ok: true, frame, ...measureGradient(frame.vector) };
  };
}

/** A tree of sums has to write to what it adds. */
function floatsOf(vector: Float32Array | EncodedVector): Float32Array {
  if (!("codec" in vector)) return vector;
  const floats = new Float32Array(vector.length);
  decodeInto(floats, vector);
  return floats;
}
