import { type FrameHeader, OutgoingEncodedFrame } from "@convoy/protocol";
import { encodingOf, type LossyCodec } from "@convoy/vectors";

/**
 * Encodes contributions as the coordinator asked for it, with error feedback: what one lost is added to the next (Seide et al.
 * 2014). What is refused, and counts for nobody, is lost as a whole; only its rounding is made up for.
 */
export class ContributionCodec {
  /** Of whatever codec came before: the next may be another. */
  #residual: Float32Array | null = null;

  /** The frame's bytes; they are nobody else's. */
  encode(codec: LossyCodec, header: FrameHeader, vector: Float32Array): Uint8Array {
    this.#residual ??= new Float32Array(vector.length);
    const frame = new OutgoingEncodedFrame(encodingOf(codec), vector.length);
    return frame.seal(header, vector, { seed: 0, counter: header.lease }, this.#residual);
  }
}
