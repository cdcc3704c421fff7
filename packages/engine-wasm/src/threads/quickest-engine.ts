import { type Engine, type EngineFactory, type EngineTask, rehearse } from "@convoy/engine";
import { createThreadedEngine, type ThreadedOptions } from "./threaded-engine.ts";

export interface QuickestOptions extends Omit<ThreadedOptions, "threads"> {
  /** As many as the person has granted. */
  readonly mostThreads: number;
  /** Fewer are not tried; one, unless told. */
  readonly leastThreads?: number;
}

/** More threads are worth it only if they save a tenth. */
const WORTH = 0.9;
const SAMPLES = 32;
/** A first step that takes so long is not repeated to be measured again. */
const LONG_MS = 500;

/** The engine wasm on one, two, four … threads: as many as were still quicker when it was tried on the task itself. */
export function createQuickestEngine({ mostThreads, leastThreads = 1, ...options }: QuickestOptions): EngineFactory {
  return async (task) => {
    let engine = await createThreadedEngine({ ...options, threads: leastThreads })(task);
    let ms = mostThreads > leastThreads ? await timeOf(engine, task) : 0;
    for (let threads = next(leastThreads, mostThreads); threads <= mostThreads; threads = next(threads, mostThreads)) {
      // A device that has no room for more threads does without them.
      const wider = await createThreadedEngine({ ...options, threads })(task).catch(() => null);
      if (wider === null) break;
      const widerMs = await timeOf(wider, task);
      const isBetter = widerMs < WORTH * ms;
      (isBetter ? engine : wider).dispose();
      if (!isBetter) break;
      engine = wider;
      ms = widerMs;
    }
    return engine;
  };
}

/** Doubled, but the last step ends at what was granted. */
function next(threads: number, most: number): number {
  return threads === most ? most + 1 : Math.min(2 * threads, most);
}

async function timeOf(engine: Engine, task: EngineTask): Promise<number> {
  const first = await timeOnce(engine, task);
  return first > LONG_MS ? first : Math.min(await timeOnce(engine, task), await timeOnce(engine, task));
}

async function timeOnce(engine: Engine, task: EngineTask): Promise<number> {
  const startedAt = performance.now();
  await rehearse(engine, task, SAMPLES);
  return performance.now() - startedAt;
}
