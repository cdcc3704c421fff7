const delays = [1, 2, 5, 10, 20, 30] as const;

/** Seconds to wait before the next worker is started, after so many died one after the other (1 or more). */
export function restartDelay(deaths: number): number {
  return delays[Math.min(Math.max(deaths, 1), delays.length) - 1] as number;
}
