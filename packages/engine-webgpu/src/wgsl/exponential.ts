/**
 * WGSL of `exponential(x)`, within a rounding or two of eˣ, where the built-in `exp` may be off by 2 |x| of them. With
 * x = n · ln 2 + r, it is 2ⁿ times a polynomial of r, |r| ≤ ½ ln 2, that leaves out less than 2⁻²⁶. Below −87 and above 88
 * it stays what it is there, since 32-bit floats end.
 */
export const EXPONENTIAL = `
fn exponential(x: f32) -> f32 {
  let within = clamp(x, -87.0, 88.0);
  let n = round(within * 1.44269504);
  let r = (within - n * 0.693359375) + n * 2.12194440e-4;
  var p = 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r * r + r + 1.0;
  return p * bitcast<f32>((i32(n) + 127) << 23u);
}`;
