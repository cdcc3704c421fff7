import { type FrameHeader, OutgoingEncodedFrame } from "@convoy/protocol";
import type { Encoding, LossyCodec } from "@convoy/vectors";

/** Of the elements, what top-k sends. */
const TOP_K_SHARE = 0.01;

/**
 * Encodes contributions as the coordinator asked for it, with error feedback: what one lost is added to the next (Seide et al.
 * 2014). What is refused, and counts for nobody, is lost as a whole; only its rounding is made up for.
 */
export class ContributionCodec {
  /** Of whatever codec came before: the next may be another. */
  #residual: Float32Array | null = null;

  /** The frame's bytes; they are nobody else's. */
  encode(codec: LossyCodec, header: FrameHeader, vector: Float32Array): Uint8Array {
    const encoding: Encoding = codec === "top-k" ? { codec, share: TOP_K_SHARE } : { codec };
    this.#residual ??= new Float32Array(vector.length);
    const frame = new OutgoingEncodedFrame(encoding, vector.length);
    return frame.seal(header, vector, { seed: 0, counter: header.lease }, this.#residual);
  }
}
