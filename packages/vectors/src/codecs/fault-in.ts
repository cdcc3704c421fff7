import type { EncodedVector } from "./encoded-vector.ts";
import { scalesOf } from "./int8.ts";
import { readTopKHeader, TOP_K_HEADER_BYTES } from "./top-k.ts";
import { VarintReader } from "./varint.ts";

export interface EncodingFault {
  readonly kind: "wrong-length" | "not-finite" | "malformed";
  /** What is wrong, in a sentence. */
  readonly sentence: string;
}

/** What is wrong with bytes of which somebody says that they encode a vector of so many elements; null where they do. */
export function faultIn(vector: EncodedVector): EncodingFault | null {
  switch (vector.codec) {
    case "fp16":
      return faultInLength(vector, 2 * vector.length);
    case "int8":
      return faultInLength(vector, 4 * scalesOf(vector.length) + vector.length) ?? faultInScales(vector);
    case "top-k":
      return faultInTopK(vector);
  }
}

function faultInLength({ codec, length, bytes }: EncodedVector, expected: number): EncodingFault | null {
  if (bytes.length === expected) return null;
  const sentence = `${length} elements in ${codec} have ${expected} bytes, not ${bytes.length}.`;
  return { kind: "wrong-length", sentence };
}

function faultInScales({ length, bytes }: EncodedVector): EncodingFault | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let block = 0; block < scalesOf(length); block++) {
    const fault = faultInScale(view.getFloat32(4 * block, true), `of block ${block + 1}`);
    if (fault !== null) return fault;
  }
  return null;
}

function faultInScale(scale: number, of: string): EncodingFault | null {
  if (!Number.isFinite(scale)) return { kind: "not-finite", sentence: `The scale ${of} is not a number.` };
  if (scale <= 0) return { kind: "malformed", sentence: `The scale ${of} is ${scale}; it must be above zero.` };
  return null;
}

function faultInTopK({ length, bytes }: EncodedVector): EncodingFault | null {
  if (bytes.length < TOP_K_HEADER_BYTES)
    return { kind: "wrong-length", sentence: `A top-k encoding has at least ${TOP_K_HEADER_BYTES} bytes.` };
  const { k, scale } = readTopKHeader(bytes);
  if (k === 0 || k > length || bytes.length < TOP_K_HEADER_BYTES + 3 * k) {
    const sentence = `${bytes.length} bytes are said to keep ${k} of ${length} elements: that cannot be.`;
    return { kind: "wrong-length", sentence };
  }
  return faultInScale(scale, "of the values") ?? faultInGaps(length, k, bytes);
}

function faultInGaps(length: number, k: number, bytes: Uint8Array): EncodingFault | null {
  const gaps = new VarintReader(bytes, TOP_K_HEADER_BYTES + 2 * k);
  let index = -1;
  for (let i = 0; i < k; i++) {
    const gap = gaps.next();
    if (Number.isNaN(gap))
      return {
        kind: "malformed",
        sentence: `Of value ${i + 1} of ${k} the gap before it is no whole number in LEB128.`,
      };
    index += 1 + gap;
    if (index >= length)
      return {
        kind: "malformed",
        sentence: `Value ${i + 1} of ${k} is at index ${index}; there are ${length} elements.`,
      };
  }
  if (gaps.at === bytes.length) return null;
  return {
    kind: "wrong-length",
    sentence: `After ${k} values and gaps ${bytes.length - gaps.at} bytes are left over.`,
  };
}
