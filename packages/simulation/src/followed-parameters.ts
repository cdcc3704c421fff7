/** What the workers of a run hold, worked out again in the plainest way: a codec's change added, step by step, to the one before. */
import type { RunSettings } from "@convoy/coordination";
import type { CodecName } from "@convoy/protocol";
import { type Encoding, encodeChange, encodedBytes } from "@convoy/vectors";

export type ChangeSettings = Pick<RunSettings, "seed" | "downCodec">;

/** A version of the parameters. */
export interface FollowedVersion {
  /** Published. */
  readonly parameters: Float32Array;
  /** The coordinator's own, from which it takes its steps; null where those are the published ones. */
  readonly master: Float32Array | null;
}

export function firstVersion(
  { downCodec }: Pick<ChangeSettings, "downCodec">,
  parameters: Float32Array,
): FollowedVersion {
  return { parameters, master: downCodec === "fp32" ? null : parameters };
}

/** The version that follows when a step leads from the coordinator's own parameters to `next`, which is made known in this codec. */
export function followed(
  { seed, downCodec }: ChangeSettings,
  before: FollowedVersion,
  next: Float32Array,
  { version, codec }: { readonly version: number; readonly codec: CodecName },
): FollowedVersion {
  if (downCodec === "fp32") return { parameters: next, master: null };
  if (codec === "fp32") return { parameters: next, master: next };
  const encoding: Encoding = codec === "top-k" ? { codec, share: 0.01 } : { codec };
  const parameters = new Float32Array(next.length);
  const passage = { from: before.parameters, to: next, reached: parameters };
  const bytes = new Uint8Array(encodedBytes(encoding, next.length));
  encodeChange(encoding, passage, bytes, { seed, counter: version });
  return { parameters, master: next };
}

/** Where the next step begins. */
export function ownOf({ parameters, master }: FollowedVersion): Float32Array {
  return master ?? parameters;
}
