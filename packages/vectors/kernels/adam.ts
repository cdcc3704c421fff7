import { allFinite } from "./finite.ts";

/** a + share · (b − a). */
function towards(a: v128, b: v128, share: v128): v128 {
  return f32x4.add(a, f32x4.mul(share, f32x4.sub(b, a)));
}

/**
 * Adam in PyTorch's form: gradients/src/optimizers/adam.ts. All vectors have `count` floats, a multiple of 4.
 *
 * @param gradientSum read
 * @param parameters read and written, as both moments
 * @param share1 1 − β₁
 * @param share2 1 − β₂
 * @returns whether every new parameter is finite
 */
export function adam(
  gradientSum: usize,
  parameters: usize,
  firstMoment: usize,
  secondMoment: usize,
  count: i32,
  sampleCount: f32,
  weightDecay: f32,
  share1: f32,
  beta2: f32,
  share2: f32,
  rate: f32,
  correction: f32,
  epsilon: f32,
): bool {
  const samples = f32x4.splat(sampleCount);
  const decay = f32x4.splat(weightDecay);
  const taken1 = f32x4.splat(share1);
  const kept2 = f32x4.splat(beta2);
  const taken2 = f32x4.splat(share2);
  const step = f32x4.splat(rate);
  const divisor = f32x4.splat(correction);
  const floor = f32x4.splat(epsilon);
  const zero = f32x4.splat(0);
  let vanishing = zero;
  for (const end = gradientSum + 4 * count; gradientSum < end; gradientSum += 16) {
    const before = v128.load(parameters);
    const gradient = f32x4.add(f32x4.div(v128.load(gradientSum), samples), f32x4.mul(decay, before));
    const mean = towards(v128.load(firstMoment), gradient, taken1);
    const square = f32x4.add(
      f32x4.mul(kept2, v128.load(secondMoment)),
      f32x4.mul(f32x4.mul(taken2, gradient), gradient),
    );
    v128.store(firstMoment, mean);
    v128.store(secondMoment, square);
    const root = f32x4.add(f32x4.div(f32x4.sqrt(square), divisor), floor);
    const next = f32x4.sub(before, f32x4.div(f32x4.mul(step, mean), root));
    v128.store(parameters, next);
    vanishing = f32x4.add(vanishing, f32x4.mul(zero, next));
    parameters += 16;
    firstMoment += 16;
    secondMoment += 16;
  }
  return allFinite(vanishing);
}

/**
 * Adam in Keras' form: gradients/src/optimizers/keras-adam.ts. Vectors and numbers are those of `adam`.
 *
 * @returns whether every new parameter is finite
 */
export function kerasAdam(
  gradientSum: usize,
  parameters: usize,
  firstMoment: usize,
  secondMoment: usize,
  count: i32,
  sampleCount: f32,
  share1: f32,
  share2: f32,
  rate: f32,
  epsilon: f32,
): bool {
  const samples = f32x4.splat(sampleCount);
  const taken1 = f32x4.splat(share1);
  const taken2 = f32x4.splat(share2);
  const step = f32x4.splat(rate);
  const floor = f32x4.splat(epsilon);
  const zero = f32x4.splat(0);
  let vanishing = zero;
  for (const end = gradientSum + 4 * count; gradientSum < end; gradientSum += 16) {
    const before = v128.load(parameters);
    const gradient = f32x4.div(v128.load(gradientSum), samples);
    const mean = towards(v128.load(firstMoment), gradient, taken1);
    const square = towards(v128.load(secondMoment), f32x4.mul(gradient, gradient), taken2);
    v128.store(firstMoment, mean);
    v128.store(secondMoment, square);
    const root = f32x4.add(f32x4.sqrt(square), floor);
    const next = f32x4.sub(before, f32x4.div(f32x4.mul(step, mean), root));
    v128.store(parameters, next);
    vanishing = f32x4.add(vanishing, f32x4.mul(zero, next));
    parameters += 16;
    firstMoment += 16;
    secondMoment += 16;
  }
  return allFinite(vanishing);
}
