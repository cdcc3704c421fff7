import { type Engine, type EngineFactory, type EngineTask, rehearse } from "@convoy/engine";
import { createThreadedEngine, type ThreadedOptions } from "./threaded-engine.ts";

export interface QuickestOptions extends Omit<ThreadedOptions, "threads"> {
  /** As many as the person has granted. */
  readonly mostThreads: number;
}

/** More threads are worth it only if they save a tenth. */
const WORTH = 0.9;
const SAMPLES = 32;
/** A first step that takes so long is not repeated to be measured again. */
const LONG_MS = 500;

/** What is worth trying: doubled each time, but the last step ends at what was granted. */
export function threadCounts(most: number): readonly number[] {
  const counts = [1];
  for (let threads = 1; threads < most; counts.push(threads)) threads = Math.min(2 * threads, most);
  return counts;
}

/**
 * The engine wasm on one, two, four … threads: as many as were still quicker when it was tried on the task itself. Nothing
 * else is to compute meanwhile.
 */
export function createQuickestEngine({ mostThreads, ...options }: QuickestOptions): EngineFactory {
  return async (task) => {
    if (mostThreads <= 1) return createThreadedEngine({ ...options, threads: 1 })(task);
    const [least = 1, ...more] = threadCounts(mostThreads);
    let quickest = await tryThreads(least, options, task);
    for (const threads of more) {
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

async function timeOf(engine: Engine, task: EngineTask): Promise<number> {
  const first = await timeOnce(engine, task);
  return first > LONG_MS ? first : Math.min(await timeOnce(engine, task), await timeOnce(engine, task));
}

async function timeOnce(engine: Engine, task: EngineTask): Promise<number> {
  const startedAt = performance.now();
  await rehearse(engine, task, SAMPLES);
  return performance.now() - startedAt;
}
