/**
 * Which engine was the quickest for which task, kept with the device. It holds for the page as it was built, the browser,
 * and the processor cores that were granted; after a change of any it is measured anew.
 */
import type { EngineTiming, EngineVerdict } from "@convoy/worker";

const VERDICTS = "convoy.engine-verdicts";
/** The newest are kept. */
const MOST = 8;

export interface VerdictMemory {
  recall(): readonly EngineVerdict[];
  keep(verdict: EngineVerdict): void;
  /** The verdict on this task. */
  forget(task: string): void;
}

/** Set when the pages are built: names the training worker's scripts by their content. */
const build = process.env.NEXT_PUBLIC_CONVOY_BUILD ?? "development";

export function rememberedVerdicts(userAgent: string, threads: number): VerdictMemory {
  const conditions = [build, userAgent, threads].join(" ");
  const recall = () => parse(read(), conditions);
  const change = (verdicts: readonly EngineVerdict[]) => write(JSON.stringify({ conditions, verdicts }));
  const others = (task: string) => recall().filter((verdict) => verdict.task !== task);
  return {
    recall,
    keep: (verdict) => change([verdict, ...others(verdict.task)].slice(0, MOST)),
    forget: (task) => change(others(task)),
  };
}

/** Anyone at the device can write into its memory: what is not understood is nothing. */
function parse(text: string | null, conditions: string): readonly EngineVerdict[] {
  if (text === null) return [];
  try {
    const kept = JSON.parse(text) as { conditions?: unknown; verdicts?: unknown };
    if (kept.conditions !== conditions || !Array.isArray(kept.verdicts)) return [];
    return kept.verdicts.filter(isVerdict);
  } catch {
    return [];
  }
}

function isVerdict(value: Partial<EngineVerdict> | null): value is EngineVerdict {
  return (
    typeof value?.task === "string" &&
    typeof value.winner === "string" &&
    Number.isFinite(value.sampleCount) &&
    Number.isFinite(value.measuredAt) &&
    Array.isArray(value.timings) &&
    value.timings.every(isTiming)
  );
}

function isTiming(value: Partial<EngineTiming> | null): value is EngineTiming {
  return typeof value?.engine === "string" && typeof value.device === "string" && Number.isFinite(value.stepMs);
}

function read(): string | null {
  try {
    return localStorage.getItem(VERDICTS);
  } catch {
    return null;
  }
}

function write(text: string): void {
  try {
    localStorage.setItem(VERDICTS, text);
  } catch {
    // A browser that keeps nothing: it is measured anew each time.
  }
}
