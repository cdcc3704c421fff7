/** Milliseconds since 1970 that never go back, whatever is done to the machine's clock. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
