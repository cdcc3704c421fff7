import { allFinite } from "./finite.ts";

/** left ← left + right. Both have `count` floats, a multiple of 4. */
export function add(left: usize, right: usize, count: i32): void {
  for (const end = left + 4 * count; left < end; left += 16) {
    v128.store(left, f32x4.add(v128.load(left), v128.load(right)));
    right += 16;
  }
}

/** sum ← sum + weight · vector, each product and each sum rounded. Both have `count` floats, a multiple of 4. */
export function accumulate(sum: usize, vector: usize, count: i32, weight: f32): void {
  const factor = f32x4.splat(weight);
  for (const end = sum + 4 * count; sum < end; sum += 16) {
    v128.store(sum, f32x4.add(v128.load(sum), f32x4.mul(factor, v128.load(vector))));
    vector += 16;
  }
}

/** vector ← weight · vector, of `count` floats, a multiple of 4. */
export function scale(vector: usize, count: i32, weight: f32): void {
  const factor = f32x4.splat(weight);
  for (const end = vector + 4 * count; vector < end; vector += 16) {
    v128.store(vector, f32x4.mul(factor, v128.load(vector)));
  }
}

/** Whether each of `count` floats, a multiple of 4, is a finite number. */
export function finite(vector: usize, count: i32): bool {
  const zero = f32x4.splat(0);
  // Two sums, since each addition waits for the one before.
  let even = zero;
  let odd = zero;
  const end = vector + 4 * count;
  for (; vector + 16 < end; vector += 32) {
    even = f32x4.add(even, f32x4.mul(zero, v128.load(vector)));
    odd = f32x4.add(odd, f32x4.mul(zero, v128.load(vector, 16)));
  }
  if (vector < end) even = f32x4.add(even, f32x4.mul(zero, v128.load(vector)));
  return allFinite(f32x4.add(even, odd));
}

/** The sum of the squares of `count` floats, a multiple of 4. */
export function squares(vector: usize, count: i32): f64 {
  let even = f32x4.splat(0);
  let odd = even;
  const end = vector + 4 * count;
  for (; vector + 16 < end; vector += 32) {
    const a = v128.load(vector);
    const b = v128.load(vector, 16);
    even = f32x4.add(even, f32x4.mul(a, a));
    odd = f32x4.add(odd, f32x4.mul(b, b));
  }
  if (vector < end) {
    const a = v128.load(vector);
    even = f32x4.add(even, f32x4.mul(a, a));
  }
  const sums = f32x4.add(even, odd);
  const half = <f64>f32x4.extract_lane(sums, 0) + <f64>f32x4.extract_lane(sums, 1);
  return half + <f64>f32x4.extract_lane(sums, 2) + <f64>f32x4.extract_lane(sums, 3);
}
