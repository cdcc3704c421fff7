/** A header from outside, checked for itself and against the length of its file. */
import { ModelFileError } from "../model-file-error.ts";
import { decodeJson } from "../text.ts";
import { LENGTH_BYTES, type TensorHeader } from "./safetensors-header.ts";

/** Names and shapes of our networks take a few kilobytes; the rest is for metadata. */
const HEADER_BYTES_MAX = 8 * 1024 * 1024;

export interface ParsedHeader {
  readonly tensors: ReadonlyMap<string, TensorHeader>;
  /** All that lies behind the header. */
  readonly data: Uint8Array;
}

/** Throws a ModelFileError. */
export function parseSafetensorsHeader(file: Uint8Array): ParsedHeader {
  if (file.length < LENGTH_BYTES) {
    throw new ModelFileError(
      `is no safetensors file: it has ${file.length} bytes, and the length of its header takes 8`,
    );
  }
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > BigInt(HEADER_BYTES_MAX)) {
    throw new ModelFileError(
      `is no safetensors file, or damaged: it begins with a header of ${length} bytes, and ${HEADER_BYTES_MAX} are the most`,
    );
  }
  const end = LENGTH_BYTES + Number(length);
  if (end > file.length) {
    throw new ModelFileError(`is cut off: its header needs ${end} bytes, and the file has ${file.length}`);
  }
  const data = file.subarray(end);
  return { tensors: parseTensors(file.subarray(LENGTH_BYTES, end), data.length), data };
}

function parseTensors(text: Uint8Array, dataLength: number): Map<string, TensorHeader> {
  let header: unknown;
  try {
    header = decodeJson(text);
  } catch {
    throw new ModelFileError("is no safetensors file: its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new ModelFileError("is no safetensors file: its header does not name tensors");
  }
  const tensors = new Map<string, TensorHeader>();
  for (const [name, entry] of Object.entries(header)) {
    if (name !== "__metadata__") tensors.set(name, checkTensor(name, entry, dataLength));
  }
  return tensors;
}

function checkTensor(name: string, entry: unknown, dataLength: number): TensorHeader {
  const { dtype, shape, data_offsets: offsets } = Object(entry) as Record<string, unknown>;
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw new ModelFileError(`is damaged: the header of its tensor ${name} has no type, shape and place`);
  }
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw new ModelFileError(`is damaged: its tensor ${name} ends at byte ${end}, before it begins`);
  if (end > dataLength) {
    throw new ModelFileError(
      `is cut off: its tensor ${name} ends ${end - dataLength} bytes behind the end of the file`,
    );
  }
  return { dtype, shape, data_offsets: [begin, end] };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
