import { type CodecName, type FrameHeader, OutgoingEncodedFrame } from "@convoy/protocol";
import type { Encoding } from "@convoy/vectors";

/** Of the elements, what top-k sends. */
const TOP_K_SHARE = 0.01;

/**
 * Encodes contributions as the coordinator asked for it, with error feedback: what one lost is added to the next (Seide et al.
 * 2014). What is refused, and counts for nobody, is lost as a whole; only its rounding is made up for.
 */
export class ContributionCodec {
  readonly #encoding: Encoding;
  readonly #residual: Float32Array;

  private constructor(encoding: Encoding, length: number) {
    this.#encoding = encoding;
    this.#residual = new Float32Array(length);
  }

  /** Null where vectors are sent as they are. */
  static for(codec: CodecName, length: number): ContributionCodec | null {
    if (codec === "fp32") return null;
    return new ContributionCodec(codec === "top-k" ? { codec, share: TOP_K_SHARE } : { codec }, length);
  }

  /** The frame's bytes; they are nobody else's. */
  encode(header: FrameHeader, vector: Float32Array): Uint8Array {
    const frame = new OutgoingEncodedFrame(this.#encoding, vector.length);
    return frame.seal(header, vector, { seed: 0, counter: header.lease }, this.#residual);
  }
}
