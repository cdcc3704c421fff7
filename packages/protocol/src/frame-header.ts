/**
 * The first 40 bytes of a frame, everything little-endian:
 *
 * | offset | type    | field |
 * |-------:|---------|-------|
 * |      0 | uint32  | magic, "CVY" and the codec's number (1: fp32, 2: fp16, 3: int8, 4: top-k) |
 * |      4 | uint32  | protocol version |
 * |      8 | 8 bytes | run |
 * |     16 | uint32  | version of the parameters |
 * |     20 | uint32  | lease; 0 in a frame of parameters, or of their change |
 * |     24 | uint32  | length: number of the vector's elements |
 * |     28 | uint32  | checksum of all bytes behind the header (MurmurHash3 in 16 lanes), seeded with MurmurHash3 of the 28 bytes above |
 * |     32 | 8 bytes | zero |
 */
import { murmur3 } from "@convoy/foundation";
import { checksum } from "@convoy/vectors";
import { PROTOCOL_VERSION } from "./version.ts";

export const FRAME_HEADER_BYTES = 40;
const MAGIC = 0x595643;
/** Of a frame's checksum. */
export const CHECKSUM_OFFSET = 28;

/** In the order of their numbers in the magic, from 1. */
export const codecNames = ["fp32", "fp16", "int8", "top-k"] as const;
export type CodecName = (typeof codecNames)[number];

export interface FrameHeader {
  readonly run: string;
  readonly version: number;
  readonly lease: number;
}

/** The fields as they are in the bytes, whatever they are. */
interface ReadHeader extends FrameHeader {
  readonly isFrame: boolean;
  /** Undefined where no codec has the number. */
  readonly codec: CodecName | undefined;
  readonly protocol: number;
  readonly length: number;
  readonly checksum: number;
  readonly endsWithZeros: boolean;
}

/** Writes the header of a frame whose other bytes are there already. */
export function writeHeader(frame: Uint8Array, codec: CodecName, length: number, header: FrameHeader): void {
  writeFields(frame, codec, length, header);
  viewOf(frame).setUint32(CHECKSUM_OFFSET, checksumOf(frame), true);
}

function viewOf(frame: Uint8Array): DataView {
  return new DataView(frame.buffer, frame.byteOffset, FRAME_HEADER_BYTES);
}

/** All but the checksum. */
function writeFields(frame: Uint8Array, codec: CodecName, length: number, { run, version, lease }: FrameHeader): void {
  const view = viewOf(frame);
  view.setUint32(0, MAGIC | ((1 + codecNames.indexOf(codec)) << 24), true);
  view.setUint32(4, PROTOCOL_VERSION, true);
  for (let i = 0; i < 8; i++) view.setUint8(8 + i, Number.parseInt(run.slice(2 * i, 2 * i + 2), 16));
  view.setUint32(16, version, true);
  view.setUint32(20, lease, true);
  view.setUint32(24, length, true);
}

/** @param frame of at least 40 bytes */
export function readHeader(frame: Uint8Array): ReadHeader {
  const view = viewOf(frame);
  const magic = view.getUint32(0, true);
  return {
    isFrame: (magic & 0xffffff) === MAGIC,
    codec: codecNames[(magic >>> 24) - 1],
    protocol: view.getUint32(4, true),
    run: readRun(frame),
    version: view.getUint32(16, true),
    lease: view.getUint32(20, true),
    length: view.getUint32(24, true),
    checksum: view.getUint32(CHECKSUM_OFFSET, true),
    endsWithZeros: view.getUint32(32, true) === 0 && view.getUint32(36, true) === 0,
  };
}

function readRun(frame: Uint8Array): string {
  let run = "";
  for (let i = 8; i < 16; i++) run += (frame[i] as number).toString(16).padStart(2, "0");
  return run;
}

export function checksumOf(frame: Uint8Array): number {
  return checksum(frame.subarray(FRAME_HEADER_BYTES), murmur3(frame.subarray(0, CHECKSUM_OFFSET)));
}

/** The checksum of the frame that would have these floats, wherever they are. */
export function checksumOfFloats(vector: Float32Array, header: FrameHeader): number {
  const fields = new Uint8Array(FRAME_HEADER_BYTES);
  writeFields(fields, "fp32", vector.length, header);
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  return checksum(bytes, murmur3(fields.subarray(0, CHECKSUM_OFFSET)));
}
