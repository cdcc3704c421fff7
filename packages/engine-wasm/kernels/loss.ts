/**
 * Softmax cross-entropy, with exponentials and logarithms in double precision by the same algorithms as the engine
 * package's portable-math.ts (fdlibm 5.3, e_exp.c and e_log.c, © 2004 Sun Microsystems, Inc. Permission to use, copy,
 * modify, and distribute is freely granted, provided that this notice is preserved).
 */

/**
 * Writes softmax(logits) − onehot(label) to `gradient`, samples × classes. Returns the sum of the losses and stores the
 * number of samples that are right (the first of equal logits counts) at `correct`, 32 bits.
 */
export function loss(logits: usize, labels: usize, gradient: usize, samples: i32, classes: i32, correct: usize): f64 {
  let sum: f64 = 0;
  let right = 0;
  for (let sample = 0; sample < samples; sample++) {
    const label = <i32>load<u8>(labels + sample);
    const best = indexOfLargest(logits, classes);
    const largest = <f64>load<f32>(logits + ((<usize>best) << 2));
    if (best === label) right++;
    let total: f64 = 0;
    for (let i = 0; i < classes; i++) total += exponential(<f64>load<f32>(logits + ((<usize>i) << 2)) - largest);
    sum += largest + logarithm(total) - <f64>load<f32>(logits + ((<usize>label) << 2));
    for (let i = 0; i < classes; i++) {
      const share = exponential(<f64>load<f32>(logits + ((<usize>i) << 2)) - largest) / total;
      store<f32>(gradient + ((<usize>i) << 2), <f32>(i === label ? share - 1 : share));
    }
    logits += (<usize>classes) << 2;
    gradient += (<usize>classes) << 2;
  }
  store<i32>(correct, right);
  return sum;
}

function indexOfLargest(values: usize, count: i32): i32 {
  let best = 0;
  let largest = load<f32>(values);
  for (let i = 1; i < count; i++) {
    const value = load<f32>(values + ((<usize>i) << 2));
    if (value > largest) {
      best = i;
      largest = value;
    }
  }
  return best;
}

/** e^x for x ≤ 0. */
function exponential(x: f64): f64 {
  if (isNaN(x)) return x;
  if (x < -745.1332191019411) return 0;
  if (x > -3.725290298461914e-9) return 1 + x;
  // x = −k ln 2 + r with |r| ≤ ½ ln 2, and r = high − low.
  const k = x > -0.34657359027997264 ? 0 : <i32>(x * 1.4426950408889634 - 0.5);
  const high = x - <f64>k * 0.6931471803691238;
  const low = <f64>k * 1.9082149292705877e-10;
  const r = high - low;
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
  // Two factors where 2^k alone is no normal number.
  if (k < -1021) return y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
  return y * powerOfTwo(k);
}

function powerOfTwo(exponent: i32): f64 {
  return reinterpret<f64>((<u64>(exponent + 1023)) << 52);
}

/** The natural logarithm of x ≥ 1. */
function logarithm(x: f64): f64 {
  if (isNaN(x) || x === Infinity) return x;
  // x = 2^k (1 + f) with ½√2 < 1 + f < √2.
  const bits = reinterpret<u64>(x);
  const high = <u32>(bits >> 32);
  const mantissa = high & 0xfffff;
  const halves = (mantissa + 0x95f64) & 0x100000;
  const k = <f64>(<i32>(high >> 20) - 1023 + <i32>(halves >> 20));
  const f = reinterpret<f64>(((<u64>(mantissa | (halves ^ 0x3ff00000))) << 32) | (bits & 0xffffffff)) - 1;
  if (f === 0) return k * 0.6931471803691238 + k * 1.9082149292705877e-10;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605106586)));
  const halfSquare = 0.5 * f * f;
  const low = k * 1.9082149292705877e-10;
  return k * 0.6931471803691238 - (halfSquare - (s * (halfSquare + even + odd) + low) - f);
}
