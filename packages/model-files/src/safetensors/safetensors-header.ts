/**
 * The safetensors format (huggingface.co/docs/safetensors): the header's length as a 64-bit little-endian number, a JSON
 * header that names each tensor's type, shape and place, then the bytes of all tensors.
 */
import { encodeJson } from "../text.ts";

/** Bytes before the header's text. */
export const LENGTH_BYTES = 8;

export interface TensorHeader {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of its bytes, counted from the end of the header. */
  readonly data_offsets: readonly [begin: number, end: number];
}

/** All that lies before the tensors. `metadata` is free text by name. */
export function encodeSafetensorsHeader(
  tensors: Readonly<Record<string, TensorHeader>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const text = encodeJson({ __metadata__: metadata, ...tensors });
  // Spaces bring the tensors to a multiple of 8, so that readers can map them in place.
  const padded = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(text, LENGTH_BYTES);
  return header;
}
