import { exp4, log4 } from "./exponential.ts";

/**
 * Local response normalisation across channels: y_c = x_c · d_c^−β, d_c = bias + α Σ x_j², the sum over the channels
 * within `reach` of c. `squares` and `shared` have room for one pixel's channels with `reach` zeros on both sides, and
 * three floats more.
 */
export function normalize(
  input: usize,
  output: usize,
  pixels: i32,
  channels: i32,
  reach: i32,
  bias: f32,
  alpha: f32,
  beta: f32,
  squares: usize,
): void {
  clear(squares, channels, reach);
  const inner = squares + ((<usize>reach) << 2);
  const end = (<usize>channels) << 2;
  for (let pixel = 0; pixel < pixels; pixel++) {
    square(input, inner, end);
    for (let channel: usize = 0; channel < end; channel += 16) {
      const d = divisor(squares + channel, reach, bias, alpha);
      storePart(output + channel, f32x4.mul(v128.load(input + channel), power(d, -beta)), end - channel);
    }
    input += end;
    output += end;
  }
}

/** ∂loss/∂x_c = g_c · d_c^−β − 2αβ · x_c · Σ g_j · x_j · d_j^(−β−1), the sum over the same channels. */
export function normalizeGradient(
  input: usize,
  outputGradient: usize,
  inputGradient: usize,
  pixels: i32,
  channels: i32,
  reach: i32,
  bias: f32,
  alpha: f32,
  beta: f32,
  squares: usize,
  shared: usize,
): void {
  clear(squares, channels, reach);
  clear(shared, channels, reach);
  const end = (<usize>channels) << 2;
  const edge = (<usize>reach) << 2;
  const factor = f32x4.splat(2 * alpha * beta);
  for (let pixel = 0; pixel < pixels; pixel++) {
    square(input, squares + edge, end);
    for (let channel: usize = 0; channel < end; channel += 16) {
      const d = divisor(squares + channel, reach, bias, alpha);
      const direct = f32x4.mul(v128.load(outputGradient + channel), power(d, -beta));
      storePart(inputGradient + channel, direct, end - channel);
      storePart(shared + edge + channel, f32x4.div(f32x4.mul(direct, v128.load(input + channel)), d), end - channel);
    }
    for (let channel: usize = 0; channel < end; channel += 16) {
      const sum = sumAround(shared + channel, reach);
      const indirect = f32x4.mul(factor, f32x4.mul(v128.load(input + channel), sum));
      storePart(inputGradient + channel, f32x4.sub(v128.load(inputGradient + channel), indirect), end - channel);
    }
    input += end;
    outputGradient += end;
    inputGradient += end;
  }
}

function clear(row: usize, channels: i32, reach: i32): void {
  memory.fill(row, 0, (<usize>(channels + 2 * reach + 4)) << 2);
}

function square(from: usize, to: usize, end: usize): void {
  for (let i: usize = 0; i < end; i += 16) {
    const x = v128.load(from + i);
    storePart(to + i, f32x4.mul(x, x), end - i);
  }
}

/** Σ over the 2 · reach + 1 floats from `row` on, for four neighbouring channels. */
function sumAround(row: usize, reach: i32): v128 {
  let sum = v128.load(row);
  for (let i = 1; i <= 2 * reach; i++) sum = f32x4.add(sum, v128.load(row + ((<usize>i) << 2)));
  return sum;
}

function divisor(row: usize, reach: i32, bias: f32, alpha: f32): v128 {
  return f32x4.add(f32x4.splat(bias), f32x4.mul(f32x4.splat(alpha), sumAround(row, reach)));
}

function power(base: v128, exponent: f32): v128 {
  return exp4(f32x4.mul(log4(base), f32x4.splat(exponent)));
}

/** The first `bytes` of four floats; all of them where there is room. */
function storePart(to: usize, values: v128, bytes: usize): void {
  if (bytes >= 16) {
    v128.store(to, values);
    return;
  }
  store<f32>(to, f32x4.extract_lane(values, 0));
  if (bytes > 4) store<f32>(to + 4, f32x4.extract_lane(values, 1));
  if (bytes > 8) store<f32>(to + 8, f32x4.extract_lane(values, 2));
}
