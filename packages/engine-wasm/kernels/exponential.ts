/**
 * e^x and the natural logarithm, four floats at a time, out of additions, multiplications and shifts: the same bits on
 * every machine. Polynomials and constants are those of the Cephes library (S. L. Moshier, expf.c and logf.c); both are
 * within about two units in the last place. Multiplications and additions are never fused.
 */

/** Arguments are cut to −87.3 … 88.3: no infinity, no number too small to be normal. */
export function exp4(argument: v128): v128 {
  const x = f32x4.min(f32x4.max(argument, f32x4.splat(-87.33654)), f32x4.splat(88.3762626647949));
  // x = k ln 2 + r with |r| ≤ ½ ln 2, ln 2 in two parts.
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
  let r = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(-2.1219444e-4)));
  let y = f32x4.splat(1.98756915e-4);
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(5.0000001201e-1));
  y = f32x4.add(f32x4.add(f32x4.mul(y, f32x4.mul(r, r)), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  const result = f32x4.mul(y, power);
  // What is no number stays none.
  return v128.bitselect(result, argument, f32x4.eq(argument, argument));
}

/** For positive normal numbers. */
export function log4(x: v128): v128 {
  // x = 2^k · m with √½ ≤ m < √2.
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const k = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, f32x4.splat(1));
  let y = f32x4.splat(7.0376836292e-2);
  y = f32x4.add(f32x4.mul(y, f), f32x4.splat(-1.151461031e-1));
  y = f32x4.add(f32x4.mul(y, f), f32x4.splat(1.167699874e-1));
  y = f32x4.add(f32x4.mul(y, f), f32x4.splat(-1.2420140846e-1));
  y = f32x4.add(f32x4.mul(y, f), f32x4.splat(1.4249322787e-1));
  y = f32x4.add(f32x4.mul(y, f), f32x4.splat(-1.6668057665e-1));
  y = f32x4.add(f32x4.mul(y, f), f32x4.splat(2.0000714765e-1));
  y = f32x4.add(f32x4.mul(y, f), f32x4.splat(-2.4999993993e-1));
  y = f32x4.add(f32x4.mul(y, f), f32x4.splat(3.3333331174e-1));
  const square = f32x4.mul(f, f);
  y = f32x4.mul(y, f32x4.mul(f, square));
  y = f32x4.add(y, f32x4.mul(k, f32x4.splat(-2.1219444e-4)));
  y = f32x4.sub(y, f32x4.mul(f32x4.splat(0.5), square));
  return f32x4.add(f32x4.add(f, y), f32x4.mul(k, f32x4.splat(0.693359375)));
}

/** 1 / (1 + e^−x). */
export function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/** By a polynomial near zero, where the other form would lose digits (Cephes, tanhf.c). */
export function tanh4(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const e = exp4(f32x4.add(magnitude, magnitude));
  const large = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(e, f32x4.splat(1))));
  const signed = v128.or(large, v128.and(x, i32x4.splat(0x80000000)));
  const z = f32x4.mul(x, x);
  let y = f32x4.splat(-5.70498872745e-3);
  y = f32x4.add(f32x4.mul(y, z), f32x4.splat(2.06390887954e-2));
  y = f32x4.add(f32x4.mul(y, z), f32x4.splat(-5.37397155531e-2));
  y = f32x4.add(f32x4.mul(y, z), f32x4.splat(1.33314422036e-1));
  y = f32x4.add(f32x4.mul(y, z), f32x4.splat(-3.33332819422e-1));
  const small = f32x4.add(f32x4.mul(f32x4.mul(y, z), x), x);
  return v128.bitselect(small, signed, f32x4.lt(magnitude, f32x4.splat(0.625)));
}
