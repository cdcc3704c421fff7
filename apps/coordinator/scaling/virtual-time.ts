/**
 * Makes this process live in virtual time, in which only waiting takes any: the real loop and the real workers run as
 * they are, and what the processor needs does not count. For what would take hours.
 */
import { inflateRawSync } from "node:zlib";
import { VirtualClock } from "@convoy/foundation";

const immediate = setImmediate;

/** The real one works on a thread of its own, for which a virtual clock does not wait. */
class InflateAtOnce extends TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  constructor() {
    super({ transform: (chunk, controller) => controller.enqueue(new Uint8Array(inflateRawSync(chunk))) });
  }
}

/** Replaces the timers and clocks of this process. Returns the clock, and what lets time pass until a condition holds. */
export function liveInVirtualTime() {
  const clock = new VirtualClock(0);
  const timers = new Map<number, () => void>();
  let lastTimer = 0;
  const start = (work: () => void, afterMs: number, again: boolean) => {
    const timer = ++lastTimer;
    const wait = () => {
      timers.set(timer, work);
      clock.schedule(clock.now + Math.max(1, afterMs), {
        happen() {
          if (!timers.delete(timer)) return;
          if (again) wait();
          work();
        },
      });
    };
    wait();
    return timer;
  };
  const end = (timer: number) => timers.delete(timer);
  Object.assign(globalThis, {
    setTimeout: (work: () => void, afterMs = 0) => start(work, afterMs, false),
    setInterval: (work: () => void, everyMs = 0) => start(work, everyMs, true),
    clearTimeout: end,
    clearInterval: end,
    setImmediate: (work: () => void) => clock.schedule(clock.now, { happen: work }),
  });
  const beganAt = Date.now();
  Date.now = () => beganAt + clock.now;
  performance.now = () => clock.now;
  globalThis.DecompressionStream = InflateAtOnce;
  return {
    clock,
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) {
        // Promises come first: they are what follows at once.
        await new Promise<void>((resolve) => void immediate(resolve));
        clock.advance();
      }
    },
  };
}
