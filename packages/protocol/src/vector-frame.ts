/**
 * One flat vector as bytes: a header of 40 bytes (frame-header.ts), then its elements, as 32-bit floats or encoded. They begin at
 * a multiple of 8, so a frame of floats that starts aligned is read in place.
 */
import { assert } from "@convoy/foundation";
import {
  type EncodedVector,
  type Encoding,
  encodeChange,
  encodedBytes,
  encodeVector,
  encodeWithFeedback,
  faultInContent,
  faultInLength,
  type Passage,
  type Rounding,
} from "@convoy/vectors";
import {
  type CodecName,
  checksumOf,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  readHeader,
  writeHeader,
} from "./frame-header.ts";
import { limits } from "./limits.ts";
import type { Refusal, RefusalReason } from "./refusal.ts";
import { PROTOCOL_VERSION } from "./version.ts";

export interface VectorFrame<Vector = Float32Array> extends FrameHeader {
  /**
   * The elements, or their encoding: a view into the frame's bytes, wherever the alignment of floats allows it. Whatever it
   * is, `accumulateWeighted`, `decodeInto`, `isFiniteVector` and `normOf` take it.
   */
  readonly vector: Vector;
}

export type ParsedFrame<Vector = Float32Array> =
  | { readonly ok: true; readonly frame: VectorFrame<Vector> }
  | { readonly ok: false; readonly refusal: Refusal };

/** A frame to be filled in place: write to `vector`, then `seal` it for sending. */
export class OutgoingFrame {
  readonly vector: Float32Array;
  readonly #bytes: Uint8Array;

  constructor(length: number) {
    this.#bytes = roomFor(length, 4 * length);
    this.vector = new Float32Array(this.#bytes.buffer, FRAME_HEADER_BYTES, length);
  }

  /** Writes the header around what `vector` holds now. The bytes are the frame's own: do not write before they are sent. */
  seal(header: FrameHeader): Uint8Array {
    writeHeader(this.#bytes, "fp32", this.vector.length, header);
    return this.#bytes;
  }
}

/** A frame for vectors of one length in a lossy codec, one after the other. */
export class OutgoingEncodedFrame {
  readonly #encoding: Encoding;
  readonly #length: number;
  readonly #bytes: Uint8Array;

  constructor(encoding: Encoding, length: number) {
    this.#encoding = encoding;
    this.#length = length;
    this.#bytes = roomFor(length, encodedBytes(encoding, length));
  }

  /**
   * Encodes the vector behind a header. The bytes are the frame's own: do not seal again before they are sent.
   *
   * @param rounding names the random numbers of int8
   * @param residual where given, is added to the vector before, and holds afterwards what was lost (error feedback)
   */
  seal(header: FrameHeader, vector: Float32Array, rounding: Rounding, residual?: Float32Array): Uint8Array {
    return this.#seal(header, vector.length, (body) =>
      residual === undefined
        ? encodeVector(this.#encoding, vector, body, rounding)
        : encodeWithFeedback(this.#encoding, vector, residual, body, rounding),
    );
  }

  /** Encodes a change behind a header, as `encodeChange` does, and writes where it leads. */
  sealChange(header: FrameHeader, passage: Passage, rounding: Rounding): Uint8Array {
    return this.#seal(header, passage.from.length, (body) => encodeChange(this.#encoding, passage, body, rounding));
  }

  #seal(header: FrameHeader, length: number, encode: (body: Uint8Array) => number): Uint8Array {
    assert(length === this.#length, `this frame is for ${this.#length} elements, not ${length}`);
    const written = encode(this.#bytes.subarray(FRAME_HEADER_BYTES));
    const frame = this.#bytes.subarray(0, FRAME_HEADER_BYTES + written);
    writeHeader(frame, this.#encoding.codec, this.#length, header);
    return frame;
  }
}

function roomFor(length: number, byteLength: number): Uint8Array {
  assert(
    length > 0 && length <= limits.vectorLength,
    `a frame holds 1 to ${limits.vectorLength} elements, not ${length}`,
  );
  return new Uint8Array(FRAME_HEADER_BYTES + byteLength);
}

/** The change of the parameters from one version to the next, for whoever has the one before. */
export interface SealedChange {
  /** Of the version that it leads to. */
  readonly frame: Uint8Array;
  /** Of the frame that has all parameters of that version. */
  readonly checksum: number;
}

const fp32Alone: ReadonlySet<CodecName> = new Set(["fp32"]);

/** Reads a frame whose vector must have `expectedLength` elements, as floats. Names what is wrong with any other. */
export function readFrame(bytes: Uint8Array, expectedLength: number): ParsedFrame;
/** The same for the codecs that were agreed. */
export function readFrame(
  bytes: Uint8Array,
  expectedLength: number,
  agreed: ReadonlySet<CodecName>,
): ParsedFrame<Float32Array | EncodedVector>;
export function readFrame(
  bytes: Uint8Array,
  expectedLength: number,
  agreed = fp32Alone,
): ParsedFrame<Float32Array | EncodedVector> {
  if (bytes.byteLength < FRAME_HEADER_BYTES) {
    return refuse("malformed", `A frame has at least ${FRAME_HEADER_BYTES} bytes, this one has ${bytes.byteLength}.`);
  }
  const { isFrame, protocol, codec, run, version, lease, ...header } = readHeader(bytes);
  if (!isFrame) return refuse("malformed", "These bytes are not a Convoy frame.");
  if (protocol !== PROTOCOL_VERSION) {
    return refuse(
      "protocol-version",
      `The frame has version ${protocol} of the protocol, version ${PROTOCOL_VERSION} is spoken here.`,
    );
  }
  if (codec === undefined)
    return refuse("malformed", `The frame names codec ${bytes[3]}, which does not exist.`, lease);
  if (!agreed.has(codec)) {
    const sentence = `The frame is encoded in ${codec}; what was agreed is ${[...agreed].join(", ")}.`;
    return refuse("codec-not-agreed", sentence, lease);
  }
  const body = bytes.subarray(FRAME_HEADER_BYTES);
  const onLength = wrongLengthOf(body, codec, header.length, expectedLength);
  if (onLength !== null) return refuse("wrong-length", onLength, lease);
  if (checksumOf(bytes) !== header.checksum) {
    return refuse("bad-checksum", "The frame was damaged on its way: its checksum does not match.", lease);
  }
  if (!header.endsWithZeros) return refuse("malformed", "The last 8 bytes of the frame's header must be zero.", lease);
  if (codec === "fp32") return { ok: true, frame: { run, version, lease, vector: floatsOf(body) } };
  const vector = { codec, length: expectedLength, bytes: body };
  const fault = faultInContent(vector);
  if (fault !== null) return refuse(fault.kind, fault.sentence, lease);
  return { ok: true, frame: { run, version, lease, vector } };
}

/** A sentence on what is wrong with the number of elements or of their bytes. */
function wrongLengthOf(body: Uint8Array, codec: CodecName, length: number, expected: number): string | null {
  if (length !== expected) return `The frame says that it has ${length} elements; ${expected} are expected.`;
  if (codec !== "fp32") return faultInLength({ codec, length, bytes: body })?.sentence ?? null;
  if (body.length === 4 * length) return null;
  return `${length} elements in fp32 have ${4 * length} bytes, not ${body.length}.`;
}

function refuse(reason: RefusalReason, sentence: string, lease?: number) {
  return { ok: false, refusal: lease === undefined ? { reason, sentence } : { reason, sentence, lease } } as const;
}

/** Sockets hand out buffers at any offset; a float view needs a multiple of 4. */
function floatsOf(body: Uint8Array): Float32Array {
  if (body.byteOffset % 4 === 0) return new Float32Array(body.buffer, body.byteOffset, body.byteLength >>> 2);
  // A slice of Node's buffers would be a view of the same memory, not a copy.
  return new Float32Array(new Uint8Array(body).buffer);
}
