/** Frames of contributions as workers seal them. */
import { type LeaseMessage, OutgoingEncodedFrame, OutgoingFrame } from "@convoy/protocol";
import { encodingOf, type LossyCodec } from "@convoy/vectors";

/** Of the run that tests have. */
export const RUN = "00112233445566ff";

export function sealed(
  vector: ArrayLike<number>,
  { lease, version }: Pick<LeaseMessage, "lease" | "version">,
  run = RUN,
): Uint8Array {
  const frame = new OutgoingFrame(vector.length);
  frame.vector.set(vector);
  return frame.seal({ run, version, lease });
}

/** The same in a lossy codec, as workers encode it. */
export function sealedIn(
  codec: LossyCodec,
  vector: Float32Array,
  { lease, version }: Pick<LeaseMessage, "lease" | "version">,
): Uint8Array {
  const frame = new OutgoingEncodedFrame(encodingOf(codec), vector.length);
  return frame.seal({ run: RUN, version, lease }, vector, { seed: 0, counter: lease });
}

/** A message with such a frame: what is said of a gradient. */
export function contributionWith(frame: Uint8Array) {
  return {
    type: "contribution",
    lossSum: 1,
    correctCount: 1,
    stepLosses: [] as number[],
    computeMs: 1,
    headStartMs: 0,
    frame,
  } as const;
}
