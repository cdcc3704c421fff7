import { type EncodedVector, encodedBytes, type LossyCodec } from "./encoded-vector.ts";
import { scalesOf } from "./int8.ts";
import { readTopKHeader, TOP_K_HEADER_BYTES } from "./top-k.ts";
import { VarintReader } from "./varint.ts";

export interface EncodingFault {
  readonly kind: "wrong-length" | "not-finite" | "malformed";
  /** What is wrong, in a sentence. */
  readonly sentence: string;
}

/** What is wrong with the number of bytes of which somebody says that they encode a vector of so many elements, if anything. */
export function faultInLength({ codec, length, bytes }: EncodedVector): EncodingFault | null {
  const [least, most] = [leastBytes[codec](length), encodedBytes({ codec, share: 1 }, length)];
  if (least <= bytes.length && bytes.length <= most) return null;
  const expected = least === most ? `${most}` : `${least} to ${most}`;
  return fault("wrong-length", `${length} elements in ${codec} have ${expected} bytes, not ${bytes.length}.`);
}

const leastBytes: Readonly<Record<LossyCodec, (length: number) => number>> = {
  fp16: (length) => encodedBytes({ codec: "fp16" }, length),
  int8: (length) => encodedBytes({ codec: "int8" }, length),
  "top-k": () => bytesOfKept(1),
};

/** The least that k values and their gaps take. */
const bytesOfKept = (k: number) => TOP_K_HEADER_BYTES + 3 * k;

/** What is wrong with bytes whose number is right, if anything; whatever else they are, they can be decoded. */
export function faultInContent(vector: EncodedVector): EncodingFault | null {
  switch (vector.codec) {
    case "fp16":
      return null;
    case "int8":
      return faultInScales(vector);
    case "top-k":
      return faultInTopK(vector);
  }
}

function faultInScales({ length, bytes }: EncodedVector): EncodingFault | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let block = 0; block < scalesOf(length); block++) {
    const found = faultInScale(view.getFloat32(4 * block, true), `of block ${block + 1}`);
    if (found !== null) return found;
  }
  return null;
}

function faultInScale(scale: number, of: string): EncodingFault | null {
  if (!Number.isFinite(scale)) return fault("not-finite", `The scale ${of} is not a number.`);
  if (scale <= 0) return fault("malformed", `The scale ${of} is ${scale}; it must be above zero.`);
  return null;
}

function faultInTopK({ length, bytes }: EncodedVector): EncodingFault | null {
  const { k, scale } = readTopKHeader(bytes);
  if (k === 0 || k > length || bytes.length < bytesOfKept(k))
    return fault("wrong-length", `${bytes.length} bytes are said to keep ${k} of ${length} elements: that cannot be.`);
  return faultInScale(scale, "of the values") ?? faultInGaps(length, k, bytes);
}

function faultInGaps(length: number, k: number, bytes: Uint8Array): EncodingFault | null {
  const gaps = new VarintReader(bytes, TOP_K_HEADER_BYTES + 2 * k);
  let index = -1;
  for (let i = 1; i <= k; i++) {
    const gap = gaps.next();
    if (Number.isNaN(gap)) return fault("malformed", `The gap before value ${i} of ${k} is no whole number in LEB128.`);
    index += 1 + gap;
    if (index >= length)
      return fault("malformed", `Value ${i} of ${k} is at index ${index}; there are ${length} elements.`);
  }
  if (gaps.at === bytes.length) return null;
  return fault("wrong-length", `After ${k} values and gaps ${bytes.length - gaps.at} bytes are left over.`);
}

function fault(kind: EncodingFault["kind"], sentence: string): EncodingFault {
  return { kind, sentence };
}
