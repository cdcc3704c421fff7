/** The bytes of a contribution become a vector, and what the core is told of it. */
import { type Refusal, readFrame, type VectorFrame } from "@convoy/protocol";
import type { EncodedVector } from "@convoy/vectors";
import { agreedCodecs } from "./codec-in-use.ts";
import { measureGradient } from "./gradient-size.ts";
import type { RunSettings } from "./settings.ts";

export type ReadContribution =
  | {
      readonly ok: true;
      /** A view of the bytes that were read, where these have the right address. */
      readonly frame: VectorFrame<Float32Array | EncodedVector>;
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
    const { frame } = parsed;
    return { ok: true, frame, ...measureGradient(frame.vector) };
  };
}
