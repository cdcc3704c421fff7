/** What the workers of a run hold, worked out again in the plainest way: a codec's change added, step by step, to the one before. */
import type { CodecName } from "@convoy/protocol";
import { type Encoding, encodeChange, encodedBytes } from "@convoy/vectors";

export interface ChangeSettings {
  readonly seed: number;
  readonly downCodec: CodecName;
}

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

/** The version that follows when a step leads from the coordinator's own parameters to `next`. */
export function followed(
  { seed, downCodec }: ChangeSettings,
  before: FollowedVersion,
  next: Float32Array,
  version: number,
): FollowedVersion {
  if (downCodec === "fp32") return { parameters: next, master: null };
  const encoding: Encoding = downCodec === "top-k" ? { codec: downCodec, share: 0.01 } : { codec: downCodec };
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
