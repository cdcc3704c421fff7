import type { EngineWish } from "@convoy/coordination";
import { SHARD_SIZE } from "@convoy/datasets";
import { type Engine, type EngineIdentity, type EngineTask, proveEngine, rehearse } from "@convoy/engine";
import type { EngineCandidate, OnProgress } from "./engine-candidate.ts";
import { ShardByShardEngine } from "./shard-by-shard-engine.ts";
import { withPatience } from "./with-patience.ts";

/** For making an engine, its self-test and its rehearsal: a slow driver takes a minute, one that hangs for ever. */
const PATIENCE_MS = 180_000;

/** What a run wants of an engine, besides its recipe. */
export type Bits = Pick<EngineWish, "exact" | "fingerprint">;

export interface ProvenEngine {
  /** Name of the candidate. */
  readonly candidate: string;
  readonly engine: Engine;
  /** As the coordinator is to hear it: the fingerprint ends with what the engine gave in its rehearsal. */
  readonly identity: EngineIdentity;
  readonly proof: { readonly largestError: number; readonly durationMs: number };
}

/**
 * A candidate that is suitable, solves the stored problem and can be made for the task; or why it cannot be used, in a
 * sentence. Never rejects.
 */
export async function proveCandidate(
  task: EngineTask,
  candidate: EngineCandidate,
  wish: Bits,
  onProgress: OnProgress,
): Promise<ProvenEngine | string> {
  const trial = tryCandidate(task, candidate, wish, onProgress);
  try {
    return await withPatience(trial, PATIENCE_MS, `It gave no answer for ${PATIENCE_MS / 60_000} minutes.`);
  } catch (error) {
    // Whatever comes of it after all is not wanted any more.
    trial.then((late) => typeof late !== "string" && late.engine.dispose()).catch(() => {});
    return error instanceof Error ? error.message : String(error);
  }
}

/** Rejects when making it fails. */
async function tryCandidate(
  task: EngineTask,
  candidate: EngineCandidate,
  wish: Bits,
  onProgress: OnProgress,
): Promise<ProvenEngine | string> {
  const reason = (await candidate.unsuitable?.()) ?? null;
  if (reason !== null) return reason;
  const startedAt = performance.now();
  const create = wish.exact ? (candidate.createExact ?? candidate.create) : candidate.create;
  const proof = await proveEngine((small) => create(small, () => {}));
  if (!proof.passed) return proof.reason;
  const engine = await create(task, onProgress);
  let rehearsed: Rehearsed;
  try {
    rehearsed = await rehearseFor(engine, task, wish);
  } catch (error) {
    engine.dispose();
    throw error;
  }
  if (rehearsed.objection !== null) {
    engine.dispose();
    return rehearsed.objection;
  }
  return {
    candidate: candidate.name,
    engine: wish.exact ? new ShardByShardEngine(engine) : engine,
    identity: { ...engine.identity, fingerprint: rehearsed.fingerprint },
    proof: { largestError: proof.largestError, durationMs: performance.now() - startedAt },
  };
}

interface Rehearsed {
  readonly fingerprint: string;
  /** Why an exact run cannot use the engine. */
  readonly objection: string | null;
}

async function rehearseFor(engine: Engine, task: EngineTask, wish: Bits): Promise<Rehearsed> {
  const bits = await rehearse(engine, task, SHARD_SIZE);
  const fingerprint = `${engine.identity.fingerprint}, rehearsal ${bits}`;
  if (!wish.exact) return { fingerprint, objection: null };
  if (wish.fingerprint !== null && wish.fingerprint !== fingerprint) {
    const objection = `It would give other bits than the engine that this exact run is bound to (${wish.fingerprint}).`;
    return { fingerprint, objection };
  }
  const again = await rehearse(engine, task, SHARD_SIZE);
  const objection = again === bits ? null : "It gives other bits each time, which an exact run cannot use.";
  return { fingerprint, objection };
}
