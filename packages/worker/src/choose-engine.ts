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

export type EngineChoice =
  | {
      readonly engine: Engine;
      readonly proof: { readonly largestError: number; readonly durationMs: number };
      readonly remarks: readonly EngineRemark[];
    }
  | { readonly engine: null; readonly remarks: readonly EngineRemark[] };

/** The first candidate that is suitable, solves the stored problem and can be made for the task. */
export async function chooseEngine(
  task: EngineTask,
  candidates: readonly EngineCandidate[],
  onRemarks: (remarks: readonly EngineRemark[]) => void,
): Promise<EngineChoice> {
  const remarks: EngineRemark[] = [];
  const remark = (engine: string, sentence: string) => {
    remarks.push({ engine, sentence });
    onRemarks([...remarks]);
  };
  for (const candidate of candidates) {
    const reason = (await candidate.unsuitable?.()) ?? null;
    if (reason !== null) {
      remark(candidate.name, reason);
      continue;
    }
    const startedAt = performance.now();
    const proof = await proveEngine(candidate.create);
    if (!proof.passed) {
      remark(candidate.name, proof.reason);
      continue;
    }
    try {
      const engine = await candidate.create(task);
      await warmUp(engine, task);
      return {
        engine,
        proof: { largestError: proof.largestError, durationMs: performance.now() - startedAt },
        remarks,
      };
    } catch (error) {
      remark(candidate.name, error instanceof Error ? error.message : String(error));
    }
  }
  return { engine: null, remarks };
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
