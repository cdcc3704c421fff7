/**
 * The one inner loop of all matrix products: a tile of 4 rows × 8 columns,
 *
 *   c[i][j] = start + Σ a_i[k] · b[k][j]
 *
 * kept in registers while it runs over k. Products and sums are made in the order of k, so the bits depend on nothing
 * but the numbers.
 */

/** What a tile begins with. */
export const FROM_ZERO = 0;
export const FROM_OUTPUT = 1;
export const FROM_BIAS = 2;

function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/**
 * @param a0 first element of row 0, and so on. Rows beyond `rows` may repeat others.
 * @param aStep bytes from one element to the next
 * @param length elements until the row jumps by `aJump` bytes; this `segments` times
 * @param b packed: 8 floats for each k, one after the other
 * @param c first output; rows are `cStep` bytes apart. `rows` × `columns` of them are written.
 * @param bias for FROM_BIAS: 8 floats may be read, whatever `columns` is
 * @param relu whether what is below zero becomes zero at the end
 */
export function tile(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  aStep: usize,
  length: i32,
  segments: i32,
  aJump: usize,
  b: usize,
  c: usize,
  cStep: usize,
  rows: i32,
  columns: i32,
  start: i32,
  bias: usize,
  relu: bool,
  spare: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const whole = rows === 4 && columns === 8;
  let out = c;
  let outStep = cStep;
  if (!whole) {
    // The tile is made in spare memory and copied in part.
    out = spare;
    outStep = 32;
    if (start === FROM_OUTPUT) copyPart(c, cStep, spare, 32, rows, columns);
  }
  if (start === FROM_BIAS) {
    c00 = v128.load(bias);
    c01 = v128.load(bias, 16);
    c10 = c00;
    c11 = c01;
    c20 = c00;
    c21 = c01;
    c30 = c00;
    c31 = c01;
  } else if (start === FROM_OUTPUT) {
    c00 = v128.load(out);
    c01 = v128.load(out, 16);
    c10 = v128.load(out + outStep);
    c11 = v128.load(out + outStep, 16);
    c20 = v128.load(out + 2 * outStep);
    c21 = v128.load(out + 2 * outStep, 16);
    c30 = v128.load(out + 3 * outStep);
    c31 = v128.load(out + 3 * outStep, 16);
  }
  for (let segment = 0; segment < segments; segment++) {
    let p0 = a0;
    let p1 = a1;
    let p2 = a2;
    let p3 = a3;
    for (let k = 0; k < length; k++) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      b += 32;
      let x = v128.load32_splat(p0);
      p0 += aStep;
      c00 = multiplyAdd(x, b0, c00);
      c01 = multiplyAdd(x, b1, c01);
      x = v128.load32_splat(p1);
      p1 += aStep;
      c10 = multiplyAdd(x, b0, c10);
      c11 = multiplyAdd(x, b1, c11);
      x = v128.load32_splat(p2);
      p2 += aStep;
      c20 = multiplyAdd(x, b0, c20);
      c21 = multiplyAdd(x, b1, c21);
      x = v128.load32_splat(p3);
      p3 += aStep;
      c30 = multiplyAdd(x, b0, c30);
      c31 = multiplyAdd(x, b1, c31);
    }
    a0 += aJump;
    a1 += aJump;
    a2 += aJump;
    a3 += aJump;
  }
  if (relu) {
    const zero = f32x4.splat(0);
    c00 = f32x4.max(c00, zero);
    c01 = f32x4.max(c01, zero);
    c10 = f32x4.max(c10, zero);
    c11 = f32x4.max(c11, zero);
    c20 = f32x4.max(c20, zero);
    c21 = f32x4.max(c21, zero);
    c30 = f32x4.max(c30, zero);
    c31 = f32x4.max(c31, zero);
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out + outStep, c10);
  v128.store(out + outStep, c11, 16);
  v128.store(out + 2 * outStep, c20);
  v128.store(out + 2 * outStep, c21, 16);
  v128.store(out + 3 * outStep, c30);
  v128.store(out + 3 * outStep, c31, 16);
  if (!whole) copyPart(spare, 32, c, cStep, rows, columns);
}

function copyPart(from: usize, fromStep: usize, to: usize, toStep: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let column: usize = 0; column < <usize>columns; column++) {
      store<f32>(to + column * 4, load<f32>(from + column * 4));
    }
    from += fromStep;
    to += toStep;
  }
}
