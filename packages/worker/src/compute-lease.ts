/** What an engine is asked for a lease: a gradient, an evaluation, or steps of the worker's own. */
import type { Batch, BatchOutcome, Engine, Predictions } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import type { EngineKeeper } from "./engine-keeper.ts";
import type { LeaseBatch } from "./lease-batch.ts";
import type { HeadStartTask, LocalSteps, StretchTask } from "./local-steps.ts";
import { patiently } from "./with-patience.ts";

interface LeaseTask {
  readonly keeper: EngineKeeper;
  readonly parameters: Float32Array;
  readonly batch: Batch;
}

export interface Computed {
  readonly outcome: BatchOutcome & { readonly stepLosses: readonly number[] };
  /** Of an evaluation; null in training. */
  readonly predictions: Predictions | null;
  readonly computeMs: number;
  /** Of that, before the lease came. */
  readonly headStartMs: number;
}

interface LeaseTools extends Omit<LeaseTask, "batch"> {
  readonly steps: LocalSteps;
  isInHand(): boolean;
  /** In training: where the gradient, or the change, is written to. */
  takeGradient(): Float32Array;
}

/** As its kind says. Null: nobody waits for it any more. */
export function computeLease(
  { lease, cameAt, batch }: LeaseBatch,
  { keeper, parameters, steps, isInHand, takeGradient }: LeaseTools,
): Promise<Computed | null> {
  const common = { keeper, parameters, batch };
  if (lease.kind === "evaluate") return evaluateLease(common);
  const vector = takeGradient();
  const { stretch, draws } = lease;
  if (stretch === null) return computeGradient(common, vector);
  return takeSteps({ ...common, cameAt, stretch, draws, steps, isInHand }, vector);
}

async function evaluateLease(task: LeaseTask): Promise<Computed> {
  const startedAt = performance.now();
  const engine = engineOf(task);
  const { predictions, ...outcome } = await patiently(engine, engine.evaluate(task.batch));
  return computed({ ...outcome, stepLosses: [] }, startedAt, { predictions });
}

/** Writes the gradient to `gradient`. */
async function computeGradient(task: LeaseTask, gradient: Float32Array): Promise<Computed> {
  const startedAt = performance.now();
  const engine = engineOf(task);
  const outcome = await patiently(engine, engine.computeGradient(task.batch, gradient));
  return computed({ ...outcome, stepLosses: [] }, startedAt);
}

interface StepsTask extends LeaseTask, Omit<StretchTask, "engine" | "turn"> {
  readonly steps: LocalSteps;
}

/** Writes the change to `change`, as LocalSteps says. Null: nobody waits for it any more. */
async function takeSteps(task: StepsTask, change: Float32Array): Promise<Computed | null> {
  const { keeper, steps, ...stretch } = task;
  const startedAt = performance.now();
  const { engine, turn } = keeper;
  assert(engine !== null, "a lease is computed with an engine");
  // The steps leave their own parameters in the engine.
  keeper.forgetParameters();
  const taken = await steps.take({ ...stretch, engine, turn }, change);
  if (taken === null) return null;
  const { begunMs, headStartMs, ...outcome } = taken;
  return computed(outcome, startedAt - begunMs, { headStartMs });
}

/** Goes on with the steps that were announced, while nothing else is wanted of the engine. */
export async function getAhead(
  task: Omit<HeadStartTask, "engine" | "turn">,
  { keeper, steps }: Pick<StepsTask, "keeper" | "steps">,
): Promise<void> {
  const { engine, turn } = keeper;
  const isWanted = () => task.isWanted() && !keeper.isWanted;
  if (engine === null || !isWanted()) return;
  keeper.forgetParameters();
  await steps.getAhead({ ...task, engine, turn, isWanted });
}

function computed(
  outcome: Computed["outcome"],
  startedAt: number,
  { predictions = null, headStartMs = 0 }: Partial<Pick<Computed, "predictions" | "headStartMs">> = {},
): Computed {
  return { outcome, predictions, computeMs: performance.now() - startedAt, headStartMs };
}

function engineOf({ keeper, parameters }: LeaseTask): Engine {
  const engine = keeper.engineWith(parameters);
  assert(engine !== null, "a lease is computed with an engine");
  return engine;
}
