/**
 * One flat vector as bytes: a header of 40 bytes, then the elements as 32-bit floats, everything little-endian.
 *
 * | offset | type    | field |
 * |-------:|---------|-------|
 * |      0 | uint32  | magic, "CVY" and the encoding's number (1: fp32) |
 * |      4 | uint32  | protocol version |
 * |      8 | 8 bytes | run |
 * |     16 | uint32  | version of the parameters |
 * |     20 | uint32  | lease; 0 in a frame of parameters |
 * |     24 | uint32  | length: number of elements |
 * |     28 | uint32  | checksum of the elements' bytes (MurmurHash3 in 16 lanes), seeded with MurmurHash3 of the 28 bytes above |
 * |     32 | 8 bytes | zero |
 *
 * The elements begin at a multiple of 8, so a frame that starts aligned is read in place.
 */
import { assert, murmur3 } from "@convoy/foundation";
import { checksum } from "@convoy/vectors";
import { limits } from "./limits.ts";
import type { Refusal, RefusalReason } from "./refusal.ts";
import { PROTOCOL_VERSION } from "./version.ts";

export const FRAME_HEADER_BYTES = 40;
const MAGIC_FP32 = 0x01595643;
const CHECKSUM_OFFSET = 28;

export interface FrameHeader {
  readonly run: string;
  readonly version: number;
  readonly lease: number;
}

export interface VectorFrame extends FrameHeader {
  /** The elements: a view into the frame's bytes wherever their alignment allows it. */
  readonly vector: Float32Array;
}

export type ParsedFrame =
  | { readonly ok: true; readonly frame: VectorFrame }
  | { readonly ok: false; readonly refusal: Refusal };

/** A frame to be filled in place: write to `vector`, then `seal` it for sending. */
export class OutgoingFrame {
  readonly vector: Float32Array;
  readonly #bytes: Uint8Array;

  constructor(length: number) {
    assert(
      length > 0 && length <= limits.vectorLength,
      `a frame holds 1 to ${limits.vectorLength} elements, not ${length}`,
    );
    const buffer = new ArrayBuffer(FRAME_HEADER_BYTES + 4 * length);
    this.#bytes = new Uint8Array(buffer);
    this.vector = new Float32Array(buffer, FRAME_HEADER_BYTES, length);
  }

  /** Writes the header around what `vector` holds now. The bytes are the frame's own: do not write before they are sent. */
  seal({ run, version, lease }: FrameHeader): Uint8Array {
    const view = new DataView(this.#bytes.buffer);
    view.setUint32(0, MAGIC_FP32, true);
    view.setUint32(4, PROTOCOL_VERSION, true);
    for (let i = 0; i < 8; i++) view.setUint8(8 + i, Number.parseInt(run.slice(2 * i, 2 * i + 2), 16));
    view.setUint32(16, version, true);
    view.setUint32(20, lease, true);
    view.setUint32(24, this.vector.length, true);
    view.setUint32(CHECKSUM_OFFSET, checksumOf(this.#bytes), true);
    return this.#bytes;
  }
}

/** Reads a frame whose vector must have `expectedLength` elements. Names what is wrong with any other. */
export function readFrame(bytes: Uint8Array, expectedLength: number): ParsedFrame {
  if (bytes.byteLength < FRAME_HEADER_BYTES) {
    return refuse("malformed", `A frame has at least ${FRAME_HEADER_BYTES} bytes, this one has ${bytes.byteLength}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC_FP32)
    return refuse("malformed", "These bytes are not a Convoy frame of 32-bit floats.");
  const protocol = view.getUint32(4, true);
  if (protocol !== PROTOCOL_VERSION) {
    return refuse(
      "protocol-version",
      `The frame has version ${protocol} of the protocol, version ${PROTOCOL_VERSION} is spoken here.`,
    );
  }
  const lease = view.getUint32(20, true);
  const length = view.getUint32(24, true);
  if (length !== expectedLength || bytes.byteLength !== FRAME_HEADER_BYTES + 4 * length) {
    const sentence = `The frame says ${length} elements in ${bytes.byteLength} bytes; ${expectedLength} elements in ${FRAME_HEADER_BYTES + 4 * expectedLength} bytes are expected.`;
    return refuse("wrong-length", sentence, lease);
  }
  if (checksumOf(bytes) !== view.getUint32(CHECKSUM_OFFSET, true)) {
    return refuse("bad-checksum", "The frame was damaged on its way: its checksum does not match.", lease);
  }
  if (view.getUint32(32, true) !== 0 || view.getUint32(36, true) !== 0)
    return refuse("malformed", "The last 8 bytes of the frame's header must be zero.", lease);
  const body = bytes.subarray(FRAME_HEADER_BYTES);
  return { ok: true, frame: { run: readRun(bytes), version: view.getUint32(16, true), lease, vector: vectorOf(body) } };
}

function refuse(reason: RefusalReason, sentence: string, lease?: number): ParsedFrame {
  return { ok: false, refusal: lease === undefined ? { reason, sentence } : { reason, sentence, lease } };
}

function checksumOf(frame: Uint8Array): number {
  return checksum(frame.subarray(FRAME_HEADER_BYTES), murmur3(frame.subarray(0, CHECKSUM_OFFSET)));
}

function readRun(bytes: Uint8Array): string {
  let run = "";
  for (let i = 8; i < 16; i++) run += (bytes[i] as number).toString(16).padStart(2, "0");
  return run;
}

/** Sockets hand out buffers at any offset; a float view needs a multiple of 4. */
function vectorOf(body: Uint8Array): Float32Array {
  if (body.byteOffset % 4 === 0) return new Float32Array(body.buffer, body.byteOffset, body.byteLength >>> 2);
  // A slice of Node's buffers would be a view of the same memory, not a copy.
  return new Float32Array(new Uint8Array(body).buffer);
}
