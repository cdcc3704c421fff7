import type { EngineTask } from "@convoy/engine";
import type { EngineCandidate, EngineRemark, OnProgress } from "./engine-candidate.ts";
import { type Bits, type ProvenEngine, proveCandidate } from "./prove-candidate.ts";

export type EngineChoice =
  | (ProvenEngine & { readonly remarks: readonly EngineRemark[] })
  | { readonly engine: null; readonly remarks: readonly EngineRemark[] };

/** What is heard of a choice while it is being made. */
export interface ChoiceListener {
  /** This engine is being tried now. */
  onTrial(engine: string): void;
  onProgress: OnProgress;
  /** All remarks so far. */
  onRemarks(remarks: readonly EngineRemark[]): void;
}

/**
 * The first candidate that is suitable, solves the stored problem and can be made for the task. For an exact run it
 * computes shard by shard, has the fingerprint that the run is bound to, if it is, and those come first that are the
 * same everywhere: with them the most devices can help together.
 */
export async function chooseEngine(
  task: EngineTask,
  candidates: readonly EngineCandidate[],
  wish: Bits,
  { onTrial, onProgress, onRemarks }: ChoiceListener,
): Promise<EngineChoice> {
  const remarks: EngineRemark[] = [];
  for (const candidate of wish.exact ? sameEverywhereFirst(candidates) : candidates) {
    onTrial(candidate.name);
    const tried = await proveCandidate(task, candidate, wish, onProgress);
    if (typeof tried !== "string") return { ...tried, remarks };
    remarks.push({ engine: candidate.name, sentence: tried });
    onRemarks([...remarks]);
  }
  return { engine: null, remarks };
}

function sameEverywhereFirst(candidates: readonly EngineCandidate[]): readonly EngineCandidate[] {
  const isSame = ({ sameEverywhere = false }: EngineCandidate) => sameEverywhere;
  return [...candidates.filter(isSame), ...candidates.filter((candidate) => !isSame(candidate))];
}

/** In a sentence for each engine that was tried. */
export function whyNone(remarks: readonly EngineRemark[]): string {
  const reasons = remarks.map(({ engine, sentence }) => `${engine}: ${sentence}`).join(" ");
  return `No engine can train on this device. ${reasons}`;
}
