import { sigmoid4, tanh4 } from "./exponential.ts";

/**
 * What is done element by element, four at a time. Buffers of the arena begin at multiples of 256 bytes, and what lies
 * between their ends and the next multiple of 16 belongs to nobody, so the last four may run over the end.
 */

export const RELU: i32 = 1;
export const SIGMOID: i32 = 2;
export const TANH: i32 = 3;

/** output = activation(input); they may be the same. */
export function activate(input: usize, output: usize, count: i32, activation: i32): void {
  const end = input + ((<usize>count) << 2);
  for (; input < end; input += 16) {
    const x = v128.load(input);
    if (activation === RELU) v128.store(output, f32x4.max(x, f32x4.splat(0)));
    else v128.store(output, activation === SIGMOID ? sigmoid4(x) : tanh4(x));
    output += 16;
  }
}

/** gradient ·= slope of the activation where it gave `output`. */
export function multiplyBySlope(gradient: usize, output: usize, count: i32, activation: i32): void {
  const one = f32x4.splat(1);
  const end = gradient + ((<usize>count) << 2);
  for (; gradient < end; gradient += 16) {
    const y = v128.load(output);
    const g = v128.load(gradient);
    if (activation === RELU) v128.store(gradient, v128.and(g, f32x4.gt(y, f32x4.splat(0))));
    else {
      const slope = activation === SIGMOID ? f32x4.mul(y, f32x4.sub(one, y)) : f32x4.sub(one, f32x4.mul(y, y));
      v128.store(gradient, f32x4.mul(g, slope));
    }
    output += 16;
  }
}
