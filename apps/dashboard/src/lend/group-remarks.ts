import type { WorkerStatus } from "@convoy/worker";

export interface SharedRemark {
  readonly engines: readonly string[];
  readonly sentence: string;
}

/** Engines that are not used for the same reason, together, in the order of the first of each. */
export function groupRemarks(remarks: WorkerStatus["engineRemarks"]): SharedRemark[] {
  const enginesOf = new Map<string, string[]>();
  for (const { engine, sentence } of remarks) {
    enginesOf.set(sentence, [...(enginesOf.get(sentence) ?? []), engine]);
  }
  return [...enginesOf].map(([sentence, engines]) => ({ engines, sentence }));
}
