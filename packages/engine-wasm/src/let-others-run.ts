type SetImmediate = (callback: () => void) => void;

/**
 * Comes back after whatever else waits for this thread. In a browser by a message: a timer is slowed down in a hidden
 * tab. Node hands out up to a thousand messages of a port before it looks at anything else, but has a call for this.
 */
export const letOthersRun: () => Promise<void> = chooseWay();

function chooseWay(): () => Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: SetImmediate };
  if (setImmediate !== undefined) return () => new Promise((resolve) => setImmediate(resolve));
  const { port1, port2 } = new MessageChannel();
  // Several engines may wait on one thread: each message is for the first of them.
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

/** Of this thread, whichever of its engines computes; null: others have had it since then. */
let keptSince: number | null = null;

/** How long others have not had this thread, in milliseconds, as far as it was asked. */
export function keptForMs(): number {
  const now = performance.now();
  if (keptSince === null) {
    keptSince = now;
    void letOthersRun().then(() => {
      keptSince = null;
    });
  }
  return now - keptSince;
}
