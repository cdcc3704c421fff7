import { type CodecName, type FrameHeader, OutgoingFrame } from "@convoy/protocol";
import type { ContributionCodec } from "./contribution-codec.ts";

/** Of contributions that are not counted, no more are remembered. */
const UNCOUNTED_MAX = 4;

/**
 * Frames for gradients, used again and again: to make one takes the system longer than to fill it. One that was sent is
 * free when its contribution is counted, for then all its bytes have arrived.
 */
export class GradientFrames {
  readonly #uncounted = new Map<number, OutgoingFrame>();
  #free: OutgoingFrame | null = null;

  /** A frame for so many elements, which hold anything. */
  take(length: number): OutgoingFrame {
    const free = this.#free;
    this.#free = null;
    return free?.vector.length === length ? free : new OutgoingFrame(length);
  }

  sent(lease: number, frame: OutgoingFrame): void {
    this.#uncounted.delete(lease);
    this.#uncounted.set(lease, frame);
    if (this.#uncounted.size <= UNCOUNTED_MAX) return;
    for (const oldest of this.#uncounted.keys()) {
      this.#uncounted.delete(oldest);
      return;
    }
  }

  /** The bytes to be sent: the frame itself, or an encoding of its vector, after which the frame is free at once. */
  send(frame: OutgoingFrame, header: FrameHeader, codec: CodecName, encoder: ContributionCodec): Uint8Array {
    if (codec === "fp32") {
      this.sent(header.lease, frame);
      return frame.seal(header);
    }
    this.#free = frame;
    return encoder.encode(codec, header, frame.vector);
  }

  /** The contribution for this lease has arrived. */
  counted(lease: number): void {
    this.#free = this.#uncounted.get(lease) ?? this.#free;
    this.#uncounted.delete(lease);
  }

  /** Another connection counts its leases anew. */
  forget(): void {
    this.#uncounted.clear();
  }
}
