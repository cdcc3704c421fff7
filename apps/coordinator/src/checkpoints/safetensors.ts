/** Flat vectors as a safetensors file in the canonical order, which nothing but a checkpoint has: nothing is copied or turned. */
import { assert } from "@convoy/foundation";
import { encodeSafetensorsHeader, type TensorHeader } from "@convoy/model-files";
import type { ParameterLayout } from "@convoy/models";

/**
 * The file in parts that follow each other, for any number of vectors of the layout: a tensor's name is that of its
 * vector and then its own. `metadata` is free text by name.
 */
export function safetensorsParts(
  layout: ParameterLayout,
  vectors: ReadonlyMap<string, Float32Array>,
  metadata: Record<string, string>,
): Uint8Array[] {
  for (const vector of vectors.values()) assert(vector.length === layout.length, "a vector has the layout's length");
  const header = encodeSafetensorsHeader(tensors(layout, [...vectors.keys()]), metadata);
  const bytes = [...vectors.values()].map(
    (vector) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
  );
  return [header, ...bytes];
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

function tensors(layout: ParameterLayout, vectorNames: readonly string[]): Record<string, TensorHeader> {
  const header: Record<string, TensorHeader> = {};
  vectorNames.forEach((vectorName, index) => {
    const start = index * layout.length;
    for (const { name, shape, offset, length } of layout.entries) {
      const begin = 4 * (start + offset);
      header[`${vectorName}${name}`] = { dtype: "F32", shape, data_offsets: [begin, begin + 4 * length] };
    }
  });
  return header;
}
