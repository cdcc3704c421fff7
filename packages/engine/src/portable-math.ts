/**
 * exp and log out of nothing but additions, multiplications and divisions, whose bits the language fixes. Those of
 * Math.exp and Math.log are each browser's own affair, so a loss made with them would depend on who computed it.
 *
 * The algorithms and constants are those of fdlibm 5.3, e_exp.c and e_log.c (https://netlib.org/fdlibm/):
 *
 *   Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved.
 *   Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is
 *   preserved.
 *
 * Both are within one unit in the last place.
 */

/** ln 2 in two parts: k · LN2_HIGH is exact for every exponent k. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** Beyond these, exp is infinite or rounds to zero. */
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019411;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Sign, exponent and the upper 20 bits of the mantissa. */
function highWord(x: number): number {
  float[0] = x;
  return words[HIGH] as number;
}

/** 2^exponent, for the exponents −1022 … 1023 of normal numbers. */
function powerOfTwo(exponent: number): number {
  words[HIGH] = (exponent + 1023) << 20;
  words[1 - HIGH] = 0;
  return float[0] as number;
}

/** eˣ. */
export function portableExp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > EXP_OVERFLOW) return Number.POSITIVE_INFINITY;
  if (x < EXP_UNDERFLOW) return 0;
  const magnitude = highWord(x) & 0x7fffffff;
  // |x| < 2⁻²⁸
  if (magnitude < 0x3e300000) return 1 + x;

  // x = k ln 2 + r with |r| ≤ ½ ln 2, and r = high − low.
  let k = 0;
  // |x| > ½ ln 2; from 1.5 ln 2 on, k can be more than ±1.
  if (magnitude > 0x3fd62e42) k = magnitude < 0x3ff0a2b2 ? Math.sign(x) : Math.trunc(Math.LOG2E * x + Math.sign(x) / 2);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;

  // A rational approximation of eʳ, by Remez.
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (0.00006613756321437934 + t * (-0.0000016533902205465252 + t * 4.1381367970572385e-8))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  // Two factors where 2ᵏ alone is no normal number.
  if (k > 1023) return y * 2 * powerOfTwo(k - 1);
  return k < -1021 ? y * powerOfTwo(k + 1000) * powerOfTwo(-1000) : y * powerOfTwo(k);
}

/** The natural logarithm. */
export function portableLog(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;

  // x = 2ᵏ (1 + f) with ½√2 < 1 + f < √2. Numbers too small to be normal are made normal first.
  let k = x < 2.2250738585072014e-308 ? -54 : 0;
  const high = highWord(k === 0 ? x : x * 18014398509481984);
  const mantissa = high & 0xfffff;
  const halves = (mantissa + 0x95f64) & 0x100000;
  k += (high >>> 20) - 1023 + (halves >>> 20);
  words[HIGH] = mantissa | (halves ^ 0x3ff00000);
  const f = (float[0] as number) - 1;

  // |f| < 2⁻²⁰
  if ((0xfffff & (2 + mantissa)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
  }

  // log(1 + f) from s = f / (2 + f) by a polynomial of s², by Remez.
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605106586)));
  const r = odd + even;
  if (((mantissa - 0x6147a) | (0x6b851 - mantissa)) > 0) {
    const halfSquare = 0.5 * f * f;
    if (k === 0) return f - (halfSquare - s * (halfSquare + r));
    return k * LN2_HIGH - (halfSquare - (s * (halfSquare + r) + k * LN2_LOW) - f);
  }
  if (k === 0) return f - s * (f - r);
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}
