import type { Engine } from "@convoy/engine";
import type { Recipe } from "@convoy/models";
import type { EngineCandidate, EngineRemark, OnProgress } from "./engine-candidate.ts";
import { type EngineTiming, type EngineVerdict, isClearlyQuicker, measuredTask } from "./engine-verdict.ts";
import { type ProvenEngine, proveCandidate } from "./prove-candidate.ts";
import { type InTurn, timeEngines } from "./time-engines.ts";

/** The worker in which engines are compared while it computes. */
export interface Comparison {
  readonly inUse: ProvenEngine;
  /** Whether the worker takes the optimizer's steps by itself, so that these are what has to be quick; else gradients. */
  readonly takesSteps: boolean;
  /** In its turn. The engine in use holds other parameters afterwards. */
  readonly inTurn: InTurn;
  /** Between two leases; the one that was in use is freed. */
  changeTo(quicker: ProvenEngine): Promise<void>;
  /** Resolves when there is leave to go on; to false when what is compared is not wanted any more. */
  mayGoOn(): Promise<boolean>;
  /** This engine is being tried now; null: none any more. */
  onTrial(engine: string | null): void;
  onProgress: OnProgress;
  onRemark(remark: EngineRemark): void;
  onVerdict(verdict: EngineVerdict): void;
}

/**
 * Prepares, one after the other, the candidates that may be quicker than the engine in use, and changes over to each that
 * clearly is. Where a verdict is known for this very task, its winner takes over as soon as it is ready. Rejects when the
 * engine in use fails.
 */
export async function findQuicker(
  comparison: Comparison,
  recipe: Recipe,
  candidates: readonly EngineCandidate[],
  verdicts: readonly EngineVerdict[],
): Promise<void> {
  const rivals = candidates.filter(({ name, mayBeQuicker }) => mayBeQuicker && name !== comparison.inUse.candidate);
  const known = verdicts.find(({ task }) => task === measuredTask(recipe, comparison.takesSteps));
  try {
    if (known?.winner === comparison.inUse.candidate) {
      comparison.onVerdict(known);
      return;
    }
    const winner = rivals.find(({ name }) => name === known?.winner);
    if (known !== undefined && winner !== undefined) {
      if (!(await comparison.mayGoOn())) return;
      const proven = await prove(comparison, recipe, winner);
      if (proven !== null) {
        await comparison.changeTo(proven);
        comparison.onVerdict(known);
        return;
      }
    }
    await compareAll(
      comparison,
      recipe,
      rivals.filter((rival) => rival !== winner),
    );
  } finally {
    comparison.onTrial(null);
  }
}

async function compareAll(comparison: Comparison, recipe: Recipe, rivals: readonly EngineCandidate[]): Promise<void> {
  const timings = new Map<string, EngineTiming>();
  for (const rival of rivals) {
    if (!(await comparison.mayGoOn())) return;
    const { insteadOf } = rival;
    if (insteadOf !== undefined && (timings.has(insteadOf) || comparison.inUse.candidate === insteadOf)) continue;
    const proven = await prove(comparison, recipe, rival);
    if (proven === null) continue;
    await compare(comparison, recipe, proven, timings);
  }
  if (timings.size === 0 || !(await comparison.mayGoOn())) return;
  comparison.onVerdict({
    task: measuredTask(recipe, comparison.takesSteps),
    sampleCount: recipe.batchSize,
    measuredAt: Date.now(),
    timings: [...timings.values()],
    winner: comparison.inUse.candidate,
  });
}

/** Times the two, notes what came out, and lets the quicker one stay. */
async function compare(
  comparison: Comparison,
  recipe: Recipe,
  rival: ProvenEngine,
  timings: Map<string, EngineTiming>,
): Promise<void> {
  const own = comparison.inUse;
  const times = await timeOrFree(comparison, recipe, own.engine, rival.engine);
  if (typeof times === "string") {
    comparison.onRemark({ engine: rival.candidate, sentence: times });
    return;
  }
  timings.set(own.candidate, timingOf(own, times.ownMs));
  timings.set(rival.candidate, timingOf(rival, times.rivalMs));
  if (isClearlyQuicker(times.rivalMs, times.ownMs)) await comparison.changeTo(rival);
  else rival.engine.dispose();
}

async function timeOrFree({ inTurn, takesSteps }: Comparison, recipe: Recipe, own: Engine, rival: Engine) {
  let times: Awaited<ReturnType<typeof timeEngines>> | undefined;
  try {
    times = await timeEngines(own, rival, recipe, recipe.batchSize, inTurn, takesSteps ? recipe.optimizer : null);
    return times;
  } finally {
    if (typeof times !== "object") rival.dispose();
  }
}

function timingOf({ candidate, identity }: ProvenEngine, stepMs: number): EngineTiming {
  return { engine: candidate, device: identity.device, stepMs };
}

/** Null when it cannot be used, is the one in use under another name, or nobody wants it any more. */
async function prove(comparison: Comparison, recipe: Recipe, candidate: EngineCandidate): Promise<ProvenEngine | null> {
  comparison.onTrial(candidate.name);
  const proven = await proveCandidate(recipe, candidate, { exact: false, fingerprint: null }, comparison.onProgress);
  if (typeof proven === "string") {
    comparison.onRemark({ engine: candidate.name, sentence: proven });
    return null;
  }
  const isAnother = () => proven.identity.fingerprint !== comparison.inUse.identity.fingerprint;
  if ((await comparison.mayGoOn()) && isAnother()) return proven;
  proven.engine.dispose();
  return null;
}
