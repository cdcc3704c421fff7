import type { EngineWish } from "@convoy/coordination";
import { SHARD_SIZE } from "@convoy/datasets";
import {
  type Engine,
  type EngineFactory,
  type EngineIdentity,
  type EngineTask,
  proveEngine,
  rehearse,
} from "@convoy/engine";
import { ShardByShardEngine } from "./shard-by-shard-engine.ts";
import { withPatience } from "./with-patience.ts";

/** For making an engine, its self-test and its rehearsal: a slow driver takes a minute, one that hangs for ever. */
const PATIENCE_MS = 180_000;

/** An engine that this device might have. */
export interface EngineCandidate {
  readonly name: string;
  readonly create: EngineFactory;
  /** How it is made for an exact run, where that is another way: without what gives other bits on other devices. */
  readonly createExact?: EngineFactory;
  /** Whether it gives the same bits on every device that has it. */
  readonly sameEverywhere?: boolean;
  /** Why it should not be used here, in a sentence; null when nothing speaks against it. */
  readonly unsuitable?: () => Promise<string | null>;
}

export interface EngineRemark {
  readonly engine: string;
  readonly sentence: string;
}

interface ProvenEngine {
  readonly engine: Engine;
  /** As the coordinator is to hear it: the fingerprint ends with what the engine gave in its rehearsal. */
  readonly identity: EngineIdentity;
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
 * The first candidate that is suitable, solves the stored problem and can be made for the task. For an exact run it
 * computes shard by shard, has the fingerprint that the run is bound to, if it is, and those come first that are the
 * same everywhere: with them the most devices can help together.
 */
export async function chooseEngine(
  task: EngineTask,
  candidates: readonly EngineCandidate[],
  wish: Pick<EngineWish, "exact" | "fingerprint">,
  { onTrial, onRemarks }: ChoiceListener,
): Promise<EngineChoice> {
  const remarks: EngineRemark[] = [];
  for (const candidate of wish.exact ? sameEverywhereFirst(candidates) : candidates) {
    onTrial(candidate.name);
    const trial = tryCandidate(task, candidate, wish);
    const tried = await withPatience(
      trial,
      PATIENCE_MS,
      `It gave no answer for ${PATIENCE_MS / 60_000} minutes.`,
    ).catch((error: unknown) => {
      // Whatever comes of it after all is not wanted any more.
      trial.then((late) => typeof late !== "string" && late.engine.dispose()).catch(() => {});
      return error instanceof Error ? error.message : String(error);
    });
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

/** The engine, or why it cannot be used; rejects when making it fails. */
async function tryCandidate(
  task: EngineTask,
  candidate: EngineCandidate,
  wish: Pick<EngineWish, "exact" | "fingerprint">,
): Promise<ProvenEngine | string> {
  const reason = (await candidate.unsuitable?.()) ?? null;
  if (reason !== null) return reason;
  const startedAt = performance.now();
  const create = wish.exact ? (candidate.createExact ?? candidate.create) : candidate.create;
  const proof = await proveEngine(create);
  if (!proof.passed) return proof.reason;
  const engine = await create(task);
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

async function rehearseFor(
  engine: Engine,
  task: EngineTask,
  wish: Pick<EngineWish, "exact" | "fingerprint">,
): Promise<Rehearsed> {
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
