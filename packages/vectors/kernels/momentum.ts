import { allFinite } from "./finite.ts";

/**
 * SGD with momentum, and Nesterov's form of it: gradients/src/optimizers/{sgd,nesterov}.ts. All vectors have
 * `count` floats, a multiple of 4.
 *
 * @param gradientSum read
 * @param parameters read and written
 * @param velocity read and written
 * @returns whether every new parameter is finite
 */
export function momentum(
  gradientSum: usize,
  parameters: usize,
  velocity: usize,
  count: i32,
  sampleCount: f32,
  weightDecay: f32,
  momentum: f32,
  learningRate: f32,
  nesterov: bool,
): bool {
  const samples = f32x4.splat(sampleCount);
  const decay = f32x4.splat(weightDecay);
  const kept = f32x4.splat(momentum);
  const rate = f32x4.splat(learningRate);
  const zero = f32x4.splat(0);
  let vanishing = zero;
  for (const end = gradientSum + 4 * count; gradientSum < end; gradientSum += 16) {
    const before = v128.load(parameters);
    const gradient = f32x4.add(f32x4.div(v128.load(gradientSum), samples), f32x4.mul(decay, before));
    const moved = f32x4.add(f32x4.mul(kept, v128.load(velocity)), gradient);
    v128.store(velocity, moved);
    const step = nesterov ? f32x4.add(gradient, f32x4.mul(kept, moved)) : moved;
    const next = f32x4.sub(before, f32x4.mul(rate, step));
    v128.store(parameters, next);
    vanishing = f32x4.add(vanishing, f32x4.mul(zero, next));
    parameters += 16;
    velocity += 16;
  }
  return allFinite(vanishing);
}
