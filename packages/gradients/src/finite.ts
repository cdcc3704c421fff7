/** Whether every element is a number: neither NaN nor infinite. */
export function isFiniteVector(vector: Float32Array): boolean {
  // 0·x is 0 for every finite x and NaN for any other, and a NaN survives all later additions. In four sums, since each
  // addition waits for the one before.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = vector.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += 0 * (vector[i] as number);
    b += 0 * (vector[i + 1] as number);
    c += 0 * (vector[i + 2] as number);
    d += 0 * (vector[i + 3] as number);
  }
  for (let i = whole; i < vector.length; i++) a += 0 * (vector[i] as number);
  return a + b + c + d === 0;
}
