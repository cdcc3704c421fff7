/**
 * The safetensors format (huggingface.co/docs/safetensors): the header's length as a 64-bit little-endian number, a JSON
 * header that names each tensor's type, shape and place, then the bytes of all tensors.
 */
import { assert } from "@convoy/foundation";
import type { ParameterLayout } from "@convoy/models";

/** Bytes before the header's text. */
export const LENGTH_BYTES = 8;

/** A flat vector as a file of named tensors, in the canonical order. `metadata` is free text by name. */
export function encodeSafetensors(
  layout: ParameterLayout,
  vector: Float32Array,
  metadata: Record<string, string>,
): Uint8Array {
  const parts = safetensorsParts(layout, new Map([["", vector]]), metadata);
  const file = new Uint8Array(parts.reduce((bytes, part) => bytes + part.byteLength, 0));
  let place = 0;
  for (const part of parts) {
    file.set(part, place);
    place += part.byteLength;
  }
  return file;
}

/**
 * The same in parts that follow each other in the file, and for any number of vectors of the layout: a tensor's name is
 * that of its vector and then its own. Nothing is copied.
 */
export function safetensorsParts(
  layout: ParameterLayout,
  vectors: ReadonlyMap<string, Float32Array>,
  metadata: Record<string, string>,
): Uint8Array[] {
  for (const vector of vectors.values()) assert(vector.length === layout.length, "a vector has the layout's length");
  const text = JSON.stringify({ __metadata__: metadata, ...tensors(layout, [...vectors.keys()]) });
  // Spaces bring the tensors to a multiple of 8, so that readers can map them in place.
  const header = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  const bytes = [...vectors.values()].map(
    (vector) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
  );
  return [length, header, ...bytes];
}

/** Whether a header describes these vectors, in the places that `safetensorsParts` gives them. */
export function describesVectors(header: string, layout: ParameterLayout, names: readonly string[]): boolean {
  try {
    const { __metadata__: _, ...found } = JSON.parse(header) as Record<string, unknown>;
    return JSON.stringify(found) === JSON.stringify(tensors(layout, names));
  } catch {
    return false;
  }
}

function tensors(layout: ParameterLayout, vectorNames: readonly string[]): Record<string, object> {
  const header: Record<string, object> = {};
  vectorNames.forEach((vectorName, index) => {
    const start = index * layout.length;
    for (const { name, shape, offset, length } of layout.entries) {
      const begin = 4 * (start + offset);
      header[`${vectorName}${name}`] = { dtype: "F32", shape, data_offsets: [begin, begin + 4 * length] };
    }
  });
  return header;
}
