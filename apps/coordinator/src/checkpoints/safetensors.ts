/**
 * The safetensors format (huggingface.co/docs/safetensors): the header's length as a 64-bit little-endian number, a JSON
 * header that names each tensor's type, shape and place, then the bytes of all tensors.
 */
import { assert } from "@convoy/foundation";
import type { ParameterLayout } from "@convoy/models";

/** A flat vector as a file of named tensors, in the canonical order. `metadata` is free text by name. */
export function encodeSafetensors(
  layout: ParameterLayout,
  vector: Float32Array,
  metadata: Record<string, string>,
): Uint8Array {
  assert(vector.length === layout.length, "the vector has the layout's length");
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const { name, shape, offset, length } of layout.entries) {
    header[name] = { dtype: "F32", shape, data_offsets: [4 * offset, 4 * (offset + length)] };
  }
  const text = JSON.stringify(header);
  // Spaces bring the tensors to a multiple of 8, so that readers can map them in place.
  const headerBytes = new TextEncoder().encode(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const file = new Uint8Array(8 + headerBytes.length + 4 * vector.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  file.set(headerBytes, 8);
  file.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), 8 + headerBytes.length);
  return file;
}
