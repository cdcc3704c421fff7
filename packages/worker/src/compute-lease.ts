/** What an engine is asked for a lease: a gradient, an evaluation, or steps of the worker's own. */
import type { Batch, BatchOutcome, Engine, Predictions } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import type { EngineKeeper } from "./engine-keeper.ts";
import type { LocalSteps, Stretch } from "./local-steps.ts";
import { patiently } from "./with-patience.ts";

export interface LeaseTask {
  readonly keeper: EngineKeeper;
  readonly parameters: Float32Array;
  readonly batch: Batch;
}

export interface Computed {
  readonly outcome: BatchOutcome & { readonly stepLosses: readonly number[] };
  /** Of an evaluation; null in training. */
  readonly predictions: Predictions | null;
  readonly computeMs: number;
}

export async function evaluateLease(task: LeaseTask): Promise<Computed> {
  const startedAt = performance.now();
  const engine = engineOf(task);
  const { predictions, ...outcome } = await patiently(engine, engine.evaluate(task.batch));
  return computed({ ...outcome, stepLosses: [] }, startedAt, predictions);
}

/** Writes the gradient to `gradient`. */
export async function computeGradient(task: LeaseTask, gradient: Float32Array): Promise<Computed> {
  const startedAt = performance.now();
  const engine = engineOf(task);
  const outcome = await patiently(engine, engine.computeGradient(task.batch, gradient));
  return computed({ ...outcome, stepLosses: [] }, startedAt);
}

export interface StepsTask extends LeaseTask {
  readonly stretch: Stretch;
  readonly steps: LocalSteps;
  isInHand(): boolean;
}

/** Writes the change to `change`, as LocalSteps says. Null: nobody waits for it any more. */
export async function takeSteps(task: StepsTask, change: Float32Array): Promise<Computed | null> {
  const { keeper, parameters, batch, stretch, steps } = task;
  const startedAt = performance.now();
  const engine = keeper.engine;
  assert(engine !== null, "a lease is computed with an engine");
  // The steps leave their own parameters in the engine.
  keeper.forgetParameters();
  const isInHand = () => task.isInHand();
  const outcome = await steps.take({ engine, parameters, batch, stretch, isInHand }, change);
  return outcome && computed(outcome, startedAt);
}

function computed(outcome: Computed["outcome"], startedAt: number, predictions: Predictions | null = null): Computed {
  return { outcome, predictions, computeMs: performance.now() - startedAt };
}

function engineOf({ keeper, parameters }: LeaseTask): Engine {
  const engine = keeper.engineWith(parameters);
  assert(engine !== null, "a lease is computed with an engine");
  return engine;
}
