/**
 * IDX, the format of MNIST (LeCun, Cortes, Burges, "The MNIST database of handwritten digits"): big-endian, a magic
 * number of two zero bytes, the type of an element (8: unsigned byte) and the number of dimensions, then one 32-bit
 * length for each dimension, then the elements.
 */
import { DatasetError } from "./dataset-error.ts";

const IMAGES_MAGIC = 0x00000803;
const LABELS_MAGIC = 0x00000801;

export interface IdxImages {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** count × height × width; a view of the bytes that were decoded. */
  readonly pixels: Uint8Array;
}

/** Decodes a file of grey images. `name` is the file's, for the errors. */
export function decodeIdxImages(bytes: Uint8Array, name: string): IdxImages {
  const [count, height, width] = readHeader(bytes, name, IMAGES_MAGIC, "images", 3) as [number, number, number];
  if (count === 0 || height === 0 || width === 0) {
    throw new DatasetError(`${name} says that it has ${count} images of ${height}×${width} pixels: nothing to read.`);
  }
  const what = `${count} images of ${height}×${width} pixels`;
  return { count, height, width, pixels: elementsBehind(bytes, name, 16, count * height * width, what) };
}

/** Decodes a file of labels, each from 0 to classCount − 1; the result is a view of `bytes`. */
export function decodeIdxLabels(bytes: Uint8Array, name: string, classCount = 10): Uint8Array {
  const [count] = readHeader(bytes, name, LABELS_MAGIC, "labels", 1) as [number];
  if (count === 0) throw new DatasetError(`${name} says that it has 0 labels: nothing to read.`);
  const labels = elementsBehind(bytes, name, 8, count, `${count} labels`);
  const wrong = labels.findIndex((label) => label >= classCount);
  if (wrong >= 0) {
    throw new DatasetError(
      `${name} has the label ${labels[wrong]} at position ${wrong}; labels are from 0 to ${classCount - 1}.`,
    );
  }
  return labels;
}

/** The lengths of the dimensions, after the magic number was checked. */
function readHeader(bytes: Uint8Array, name: string, magic: number, what: string, dimensionCount: number): number[] {
  const headerLength = 4 + 4 * dimensionCount;
  const start = bytes.subarray(0, 4);
  if (start.length === 4 && wordAt(bytes, 0) !== magic) {
    throw new DatasetError(
      `${name} is not an IDX file of ${what}: it starts with ${hex(start)}, expected ${hexOfWord(magic)}${guess(bytes)}.`,
    );
  }
  if (bytes.length < headerLength) {
    throw new DatasetError(
      `${name} is truncated: the header of an IDX file of ${what} has ${headerLength} bytes, the file has ${bytes.length}.`,
    );
  }
  return Array.from({ length: dimensionCount }, (_, dimension) => wordAt(bytes, 4 + 4 * dimension));
}

function elementsBehind(
  bytes: Uint8Array,
  name: string,
  headerLength: number,
  elementCount: number,
  what: string,
): Uint8Array {
  const expected = headerLength + elementCount;
  if (bytes.length < expected) {
    throw new DatasetError(`${name} is truncated: ${what} take ${expected} bytes, the file has ${bytes.length}.`);
  }
  if (bytes.length > expected) {
    throw new DatasetError(
      `${name} has ${bytes.length - expected} bytes too many at its end: ${what} take ${expected} bytes, ` +
        `the file has ${bytes.length}.`,
    );
  }
  // A plain view even where `bytes` is a subclass with other habits, such as Node's Buffer.
  return new Uint8Array(bytes.buffer, bytes.byteOffset + headerLength, elementCount);
}

function wordAt(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset);
}

function hexOfWord(word: number): string {
  return hex([word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
}

function hex(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** What a file with the wrong magic number probably is. */
function guess(bytes: Uint8Array): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return " (it is still compressed with gzip)";
  const magic = wordAt(bytes, 0);
  if (magic === IMAGES_MAGIC) return " (it is an IDX file of images)";
  if (magic === LABELS_MAGIC) return " (it is an IDX file of labels)";
  return "";
}
