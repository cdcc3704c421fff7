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
    if (mostThreads <= leastThreads) return createThreadedEngine({ ...options, threads: leastThreads })(task);
    let quickest = await tryThreads(leastThreads, options, task);
    for (let threads = next(leastThreads, mostThreads); threads <= mostThreads; threads = next(threads, mostThreads)) {
      // A device that has no room for more threads does without them.
      const wider = await tryThreads(threads, options, task).catch(() => null);
      if (wider === null) break;
      const isBetter = wider.ms < WORTH * quickest.ms;
      (isBetter ? quickest : wider).engine.dispose();
      if (!isBetter) break;
      quickest = wider;
    }
    return quickest.engine;
  };
}

/** An engine on so many threads, and how long it takes for a step; it is freed where that fails. */
async function tryThreads(threads: number, options: Omit<ThreadedOptions, "threads">, task: EngineTask) {
  const engine = await createThreadedEngine({ ...options, threads })(task);
  try {
    return { engine, ms: await timeOf(engine, task) };
  } catch (error) {
    engine.dispose();
    throw error;
  }
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
