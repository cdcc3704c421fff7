/** IEEE half precision. What these compute is said by their twins in src/plain-kernels.ts. */

/** The halves of four floats, each in the lower half of 32 bits. */
function halvesOf(floats: v128): v128 {
  const magnitude = v128.and(floats, i32x4.splat(0x7fffffff));
  // What is beyond a half's range becomes infinite, and all else is as before but for a factor of 4.
  const scaled = f32x4.mul(f32x4.mul(magnitude, f32x4.splat(5.192296858534828e33)), f32x4.splat(7.703719777548943e-34));
  // A power of two whose last bits are worth what those of the half are: the addition rounds there.
  const bias = i32x4.max_s(i32x4.add(magnitude, i32x4.splat(0x07800000)), i32x4.splat(0x40000000));
  const rounded = f32x4.add(scaled, v128.and(bias, i32x4.splat(0x7f800000)));
  const exponent = v128.and(i32x4.shr_u(rounded, 13), i32x4.splat(0x7c00));
  const half = i32x4.add(exponent, v128.and(rounded, i32x4.splat(0x0fff)));
  const noNumber = i32x4.gt_s(magnitude, i32x4.splat(0x7f800000));
  const sign = i32x4.shr_u(v128.xor(floats, magnitude), 16);
  return v128.or(v128.bitselect(i32x4.splat(0x7e00), half, noNumber), sign);
}

/** The floats of four halves, each in the lower half of 32 bits. */
function floatsOf(halves: v128): v128 {
  const magnitude = v128.and(halves, i32x4.splat(0x7fff));
  // Exponents count from 127 instead of 15 after the product; before it, what is no number has a float's exponent for that.
  const normal = f32x4.mul(
    i32x4.add(i32x4.shl(magnitude, 13), i32x4.splat(0x70000000)),
    f32x4.splat(1.925929944387236e-34),
  );
  // The last bit of 0.5 is worth 2⁻²⁴, as a subnormal half's is.
  const subnormal = f32x4.sub(v128.or(magnitude, i32x4.splat(0x3f000000)), f32x4.splat(0.5));
  const isNormal = i32x4.gt_s(magnitude, i32x4.splat(0x03ff));
  const sign = i32x4.shl(v128.xor(halves, magnitude), 16);
  return v128.or(v128.bitselect(normal, subnormal, isNormal), sign);
}

/** `count`, a multiple of 8, floats to halves. */
export function fp16Encode(floats: usize, halves: usize, count: i32): void {
  for (const end = floats + 4 * count; floats < end; floats += 32) {
    v128.store(halves, i16x8.narrow_i32x4_u(halvesOf(v128.load(floats)), halvesOf(v128.load(floats, 16))));
    halves += 16;
  }
}

/** `count`, a multiple of 8, halves to floats. */
export function fp16Decode(halves: usize, floats: usize, count: i32): void {
  for (const end = floats + 4 * count; floats < end; floats += 32) {
    const eight = v128.load(halves);
    v128.store(floats, floatsOf(i32x4.extend_low_i16x8_u(eight)));
    v128.store(floats, floatsOf(i32x4.extend_high_i16x8_u(eight)), 16);
    halves += 16;
  }
}

/** sum ← sum + weight · halves, of `count`, a multiple of 8. */
export function fp16Accumulate(halves: usize, sum: usize, count: i32, weight: f32): void {
  const factor = f32x4.splat(weight);
  for (const end = sum + 4 * count; sum < end; sum += 32) {
    const eight = v128.load(halves);
    const low = f32x4.mul(factor, floatsOf(i32x4.extend_low_i16x8_u(eight)));
    const high = f32x4.mul(factor, floatsOf(i32x4.extend_high_i16x8_u(eight)));
    v128.store(sum, f32x4.add(v128.load(sum), low));
    v128.store(sum, f32x4.add(v128.load(sum, 16), high), 16);
    halves += 16;
  }
}
