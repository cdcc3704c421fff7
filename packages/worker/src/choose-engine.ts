import { SHARD_SIZE } from "@convoy/datasets";
import { type Engine, type EngineFactory, type EngineTask, proveEngine } from "@convoy/engine";
import { elementCount, parameterLayout } from "@convoy/models";

/** An engine that this device might have. */
export interface EngineCandidate {
  readonly name: string;
  readonly create: EngineFactory;
  /** Why it should not be used here, in a sentence; null when nothing speaks against it. */
  readonly unsuitable?: () => Promise<string | null>;
}

export interface EngineRemark {
  readonly engine: string;
  readonly sentence: string;
}

interface ProvenEngine {
  readonly engine: Engine;
  readonly proof: { readonly largestError: number; readonly durationMs: number };
}

export type EngineChoice =
  | (ProvenEngine & { readonly remarks: readonly EngineRemark[] })
  | { readonly engine: null; readonly remarks: readonly EngineRemark[] };

/** What is heard of a choice while it is being made. */
export interface ChoiceListener {
  /** This engine is being tried now. */
  onTrial(engine: string): void;
  /** All remarks so far. */
  onRemarks(remarks: readonly EngineRemark[]): void;
}

/**
 * The first candidate that is suitable, solves the stored problem and can be made for the task; with a fingerprint,
 * the first that has it.
 */
export async function chooseEngine(
  task: EngineTask,
  candidates: readonly EngineCandidate[],
  fingerprint: string | null,
  { onTrial, onRemarks }: ChoiceListener,
): Promise<EngineChoice> {
  const remarks: EngineRemark[] = [];
  for (const candidate of candidates) {
    onTrial(candidate.name);
    const tried = await tryCandidate(task, candidate, fingerprint).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (typeof tried !== "string") return { ...tried, remarks };
    remarks.push({ engine: candidate.name, sentence: tried });
    onRemarks([...remarks]);
  }
  return { engine: null, remarks };
}

/** The engine, or why it cannot be used; rejects when making it fails. */
async function tryCandidate(
  task: EngineTask,
  candidate: EngineCandidate,
  fingerprint: string | null,
): Promise<ProvenEngine | string> {
  const reason = (await candidate.unsuitable?.()) ?? null;
  if (reason !== null) return reason;
  const startedAt = performance.now();
  const proof = await proveEngine(candidate.create);
  if (!proof.passed) return proof.reason;
  const engine = await candidate.create(task);
  if (fingerprint !== null && engine.identity.fingerprint !== fingerprint) {
    engine.dispose();
    return `It would give other bits than the engine that this exact run is bound to (${fingerprint}).`;
  }
  try {
    await warmUp(engine, task);
  } catch (error) {
    engine.dispose();
    throw error;
  }
  return { engine, proof: { largestError: proof.largestError, durationMs: performance.now() - startedAt } };
}

/** Shaders are compiled when they are first used: better now than while a round waits. */
async function warmUp(engine: Engine, task: EngineTask): Promise<void> {
  const parameterCount = parameterLayout(task.model).length;
  const pixels = new Uint8Array(SHARD_SIZE * elementCount(task.model.inputShape));
  engine.setParameters(new Float32Array(parameterCount));
  await engine.computeGradient(
    { count: SHARD_SIZE, pixels, labels: new Uint8Array(SHARD_SIZE) },
    new Float32Array(parameterCount),
  );
}
