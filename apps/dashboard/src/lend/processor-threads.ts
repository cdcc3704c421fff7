/** More than these give nothing back: parts of a batch become too small, and memory is one. */
const MOST = 16;

/** How many the processor runs at once, as the browser tells it. */
export function threadsOfProcessor(): number {
  return Math.min(MOST, navigator.hardwareConcurrency || 1);
}

/** Half of them, so that whoever lends the device can go on working with it. */
export function usualThreads(): number {
  return Math.max(1, Math.floor(threadsOfProcessor() / 2));
}
