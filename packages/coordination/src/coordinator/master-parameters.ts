/**
 * The coordinator's own parameters in a run whose workers are sent encoded changes. What workers hold follows them, a codec's
 * loss apart; as each change begins where they are, what one loses is part of the next (error feedback).
 */
import { type CodecName, type FrameHeader, OutgoingEncodedFrame } from "@convoy/protocol";
import { encodingOf, isFiniteVector, type LossyCodec, type Passage } from "@convoy/vectors";

/** Writes what follows from the first vector to the second; returns whether all of that are numbers. */
export type Step = (from: Float32Array, to: Float32Array) => boolean;

interface Sent {
  readonly codec: CodecName;
  readonly header: FrameHeader;
}

export class MasterParameters {
  readonly #seed: number;
  #newest: Float32Array;
  /** Someone outside has it: it is not written to. */
  #isKept = true;
  #spare: Float32Array | null = null;
  #change: Uint8Array | null = null;

  /** Writes not to `newest`. The seed and a version name the random numbers of its change. */
  constructor(seed: number, newest: Float32Array) {
    this.#seed = seed;
    this.#newest = newest;
  }

  /** To be kept: the next step has a vector of its own. */
  get newest(): Float32Array {
    this.#isKept = true;
    return this.#newest;
  }

  /** The frame of the change that led to the newest version; null before, and where it was none. */
  get change(): Uint8Array | null {
    return this.#change;
  }

  /**
   * Takes a step, and encodes the way from what the workers hold, `from`, to where it leads; where they get to is written to
   * `reached`. With fp32 they get there as a whole, and there is no change. Returns false, and is as before, where any of it is
   * no number.
   */
  advance(step: Step, { from, reached }: Omit<Passage, "to">, { codec, header }: Sent): boolean {
    const to = this.#spare ?? new Float32Array(from.length);
    this.#spare = to;
    if (!step(this.#newest, to)) return false;
    const change = codec === "fp32" ? null : this.#encode(codec, { from, to, reached }, header);
    if (change === null) reached.set(to);
    if (!isFiniteVector(reached)) return false;
    this.#change = change;
    this.#spare = this.#isKept ? null : this.#newest;
    this.#newest = to;
    this.#isKept = false;
    return true;
  }

  #encode(codec: LossyCodec, passage: Passage, header: FrameHeader): Uint8Array {
    const frame = new OutgoingEncodedFrame(encodingOf(codec), passage.from.length);
    return frame.sealChange(header, passage, { seed: this.#seed, counter: header.version });
  }
}
