/** Whole numbers of 8 bits, in blocks with a scale each. What these compute is said by their twins in src/plain-kernels.ts. */

const BLOCK = 256;

/** Four words from four counters: the multipliers and shifts of Wellons' "lowbias32", with a key at each of its two ends. */
function draw(counters: v128, keyBefore: v128, keyBetween: v128): v128 {
  let words = i32x4.add(counters, keyBefore);
  words = v128.xor(words, i32x4.shr_u(words, 16));
  words = i32x4.mul(words, i32x4.splat(0x21f0aaad));
  words = i32x4.add(v128.xor(words, i32x4.shr_u(words, 15)), keyBetween);
  words = i32x4.mul(words, i32x4.splat(0x735a2d97));
  return v128.xor(words, i32x4.shr_u(words, 15));
}

/** ⌊floats / scale + chance⌋, where the 16 bits that `chances` has in the middle of each mantissa make a chance between 0 and 1. */
function quantise(floats: v128, scale: v128, chances: v128): v128 {
  const mantissa = v128.and(chances, i32x4.splat(0x007fff80));
  const chance = f32x4.sub(v128.or(mantissa, i32x4.splat(0x3f800040)), f32x4.splat(1));
  const whole = f32x4.floor(f32x4.add(f32x4.div(floats, scale), chance));
  // 1.5 · 2²³ has its last bit worth 1.
  return i32x4.sub(f32x4.add(whole, f32x4.splat(12582912)), i32x4.splat(0x4b400000));
}

/** The bits of the largest magnitude of a block; those of what is no number are larger than any number's. */
function largest(floats: usize): i32 {
  const magnitude = i32x4.splat(0x7fffffff);
  let even = i32x4.splat(0);
  let odd = even;
  for (const end = floats + 4 * BLOCK; floats < end; floats += 32) {
    even = i32x4.max_s(even, v128.and(v128.load(floats), magnitude));
    odd = i32x4.max_s(odd, v128.and(v128.load(floats, 16), magnitude));
  }
  const four = i32x4.max_s(even, odd);
  const two = i32x4.max_s(four, i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return max(i32x4.extract_lane(two, 0), i32x4.extract_lane(two, 1));
}

/**
 * @param floats `blocks` × 256
 * @param scales written, one for each block
 * @param bytes written, one for each float
 * @param key1 with `key0`, names the chances
 * @param firstBlock of the vector
 */
export function int8Encode(
  floats: usize,
  scales: usize,
  bytes: usize,
  blocks: i32,
  key0: i32,
  key1: i32,
  firstBlock: i32,
): void {
  const keyBefore = i32x4.splat(key0);
  const keyBetween = i32x4.splat(key1);
  let counters = i32x4.add(i32x4.splat((firstBlock * BLOCK) >>> 1), i32x4(0, 1, 2, 3));
  for (let block = 0; block < blocks; block++) {
    const magnitude = largest(floats);
    const finite = magnitude < 0x7f800000;
    const scale = finite ? max<f32>(f32.reinterpret_i32(magnitude) / 127, 1.1754943508222875e-38) : Infinity;
    f32.store(scales, scale);
    scales += 4;
    const divisor = f32x4.splat(scale);
    for (const end = bytes + BLOCK; bytes < end; bytes += 16) {
      const first = draw(counters, keyBefore, keyBetween);
      counters = i32x4.add(counters, i32x4.splat(4));
      const second = draw(counters, keyBefore, keyBetween);
      counters = i32x4.add(counters, i32x4.splat(4));
      const a = quantise(v128.load(floats), divisor, i32x4.shl(first, 7));
      const b = quantise(v128.load(floats, 16), divisor, i32x4.shr_u(first, 9));
      const c = quantise(v128.load(floats, 32), divisor, i32x4.shl(second, 7));
      const d = quantise(v128.load(floats, 48), divisor, i32x4.shr_u(second, 9));
      const packed = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
      v128.store(bytes, finite ? packed : i8x16.splat(0));
      floats += 64;
    }
  }
}

/** Times the scale. */
function scaled(words: v128, scale: v128): v128 {
  return f32x4.mul(scale, f32x4.convert_i32x4_s(words));
}

/** `blocks` × 256 bytes to floats. */
export function int8Decode(scales: usize, bytes: usize, floats: usize, blocks: i32): void {
  for (let block = 0; block < blocks; block++) {
    const scale = v128.load32_splat(scales);
    scales += 4;
    for (const end = bytes + BLOCK; bytes < end; bytes += 8) {
      const eight = v128.load8x8_s(bytes);
      v128.store(floats, scaled(i32x4.extend_low_i16x8_s(eight), scale));
      v128.store(floats, scaled(i32x4.extend_high_i16x8_s(eight), scale), 16);
      floats += 32;
    }
  }
}

/** sum ← sum + weight · bytes, of `blocks` × 256. */
export function int8Accumulate(scales: usize, bytes: usize, sum: usize, blocks: i32, weight: f32): void {
  const factor = f32x4.splat(weight);
  for (let block = 0; block < blocks; block++) {
    const scale = v128.load32_splat(scales);
    scales += 4;
    for (const end = bytes + BLOCK; bytes < end; bytes += 8) {
      const eight = v128.load8x8_s(bytes);
      const low = f32x4.mul(factor, scaled(i32x4.extend_low_i16x8_s(eight), scale));
      const high = f32x4.mul(factor, scaled(i32x4.extend_high_i16x8_s(eight), scale));
      v128.store(sum, f32x4.add(v128.load(sum), low));
      v128.store(sum, f32x4.add(v128.load(sum, 16), high), 16);
      sum += 32;
    }
  }
}
