/** Whether every element is a number: neither NaN nor infinite. */
export function isFiniteVector(vector: Float32Array): boolean {
  // x − x is 0 for every finite x and NaN for any other, and a NaN survives all later additions.
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i] as number;
    sum += value - value;
  }
  return sum === 0;
}
