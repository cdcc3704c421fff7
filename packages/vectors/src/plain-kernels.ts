/**
 * The kernels in TypeScript: they say what the WebAssembly module computes, and compute it where a runtime has no SIMD. A
 * test holds the two together to the last bit.
 */
import { type BlockFunctions, INT8_BLOCK } from "./block-functions.ts";

/** The smallest that a scale may be: a normal number, so that dividing by it gives at most 127. */
const SMALLEST_SCALE = 2 ** -126;

/** Over a memory of their own. */
export function plainKernels(memory: ArrayBuffer): BlockFunctions {
  const floatsAt = (address: number, count: number) => new Float32Array(memory, address, count);
  const halvesAt = (address: number, count: number) => new Uint16Array(memory, address, count);
  const int8At = (address: number, blocks: number) => new Int8Array(memory, address, INT8_BLOCK * blocks);
  return {
    add: (left, right, count) => accumulate(floatsAt(left, count), floatsAt(right, count), 1),
    accumulate: (sum, vector, count, weight) => accumulate(floatsAt(sum, count), floatsAt(vector, count), weight),
    scale(vector, count, weight) {
      const floats = floatsAt(vector, count);
      for (let i = 0; i < count; i++) floats[i] = (floats[i] as number) * Math.fround(weight);
    },
    finite: (vector, count) => (floatsAt(vector, count).every(Number.isFinite) ? 1 : 0),
    squares: (vector, count) => floatsAt(vector, count).reduce((sum, value) => sum + value * value, 0),
    gather(floats, count, least, words, places) {
      const magnitudes = new Uint32Array(memory, floats, count).map((bits) => bits & 0x7fffffff);
      const found = [...magnitudes.keys()].filter((i) => (magnitudes[i] as number) >= least);
      new Uint32Array(memory, words, count).set(found.map((i) => magnitudes[i] as number));
      new Uint32Array(memory, places, count).set(found);
      return found.length;
    },
    fp16Encode(floats, halves, count) {
      const [read, written] = [new Uint32Array(memory, floats, count), halvesAt(halves, count)];
      for (let i = 0; i < count; i++) written[i] = halfOf(read[i] as number);
    },
    fp16Decode(halves, floats, count) {
      const [read, written] = [halvesAt(halves, count), floatsAt(floats, count)];
      for (let i = 0; i < count; i++) written[i] = floatOf(read[i] as number);
    },
    fp16Accumulate: (halves, sum, count, weight) =>
      accumulate(floatsAt(sum, count), Float32Array.from(halvesAt(halves, count), floatOf), weight),
    int8Encode(floats, scales, bytes, blocks, key0, key1, firstBlock) {
      const written = { scales: floatsAt(scales, blocks), bytes: int8At(bytes, blocks) };
      int8Encode(floatsAt(floats, INT8_BLOCK * blocks), written, key0, key1, firstBlock);
    },
    int8Decode: (scales, bytes, floats, blocks) =>
      int8Decode(floatsAt(scales, blocks), int8At(bytes, blocks), floatsAt(floats, INT8_BLOCK * blocks)),
    int8Accumulate(scales, bytes, sum, blocks, weight) {
      const decoded = new Float32Array(INT8_BLOCK * blocks);
      int8Decode(floatsAt(scales, blocks), int8At(bytes, blocks), decoded);
      accumulate(floatsAt(sum, decoded.length), decoded, weight);
    },
  };
}

/** sum ← sum + weight · vector, each product and each sum rounded to 32 bits. */
function accumulate(sum: Float32Array, vector: Float32Array, weight: number): void {
  const factor = Math.fround(weight);
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + Math.fround(factor * (vector[i] as number));
}

/**
 * IEEE half precision from the bits of a float, rounded to the nearest, of two equally near to the even one. What would be
 * 65520 or more is infinite, and what is no number becomes the quiet NaN of its sign.
 */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  // Below 2⁻¹⁴ a half is a whole multiple of 2⁻²⁴. It may round up to the smallest normal one, whose bits come next.
  if (magnitude < 0x38800000) return sign | roundToEven(magnitudeOf(magnitude) * 2 ** 24);
  // Exponents count from 15 instead of 127; a carry out of the mantissa makes the next exponent, up to infinity's.
  return sign | roundToEven((magnitude - 0x38000000) / 2 ** 13);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function magnitudeOf(bits: number): number {
  word[0] = bits;
  return float[0] as number;
}

function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const mantissa = half & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

/**
 * Of each block the scale is its largest magnitude / 127, and each byte ⌊x / scale + u⌋ with a chance u of its own, 0 < u < 1, so
 * that its mean over all keys is x / scale. A block with anything that is no number gets an infinite scale and zeros, which
 * give no numbers again.
 */
function int8Encode(
  floats: Float32Array,
  { scales, bytes }: { readonly scales: Float32Array; readonly bytes: Int8Array },
  key0: number,
  key1: number,
  firstBlock: number,
): void {
  for (let block = 0; block < scales.length; block++) {
    const start = INT8_BLOCK * block;
    const largest = floats.subarray(start, start + INT8_BLOCK).reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    const scale = Number.isFinite(largest)
      ? Math.max(Math.fround(largest / 127), SMALLEST_SCALE)
      : Number.POSITIVE_INFINITY;
    scales[block] = scale;
    for (let i = start; i < start + INT8_BLOCK; i++) {
      const chance = chanceOf(INT8_BLOCK * firstBlock + i, key0, key1);
      const rounded = Math.floor(Math.fround(Math.fround((floats[i] as number) / scale) + chance));
      bytes[i] = Number.isFinite(scale) ? Math.min(127, Math.max(-128, rounded)) : 0;
    }
  }
}

/**
 * Of 16 bits, in the middle of its 2¹⁶th part of 0 … 1. Of eight elements the first four share a word each with the last four,
 * and the words are Wellons' "lowbias32" (https://nullprogram.com/blog/2018/07/31/) of their number, with a key before
 * it and one in its middle.
 */
function chanceOf(element: number, key0: number, key1: number): number {
  let bits = 4 * (element >>> 3) + (element & 3) + key0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul((bits ^ (bits >>> 15)) + key1, 0x735a2d97);
  bits ^= bits >>> 15;
  return ((element & 4 ? bits >>> 16 : bits & 0xffff) + 0.5) / 2 ** 16;
}

function int8Decode(scales: Float32Array, bytes: Int8Array, floats: Float32Array): void {
  for (let i = 0; i < bytes.length; i++)
    floats[i] = (scales[Math.floor(i / INT8_BLOCK)] as number) * (bytes[i] as number);
}
