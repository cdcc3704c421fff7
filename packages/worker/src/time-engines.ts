import {
  createStepper,
  type Engine,
  EngineError,
  type EngineTask,
  rehearsalProblem,
  type Stepper,
} from "@convoy/engine";
import type { OptimizerSpecification } from "@convoy/models";
import { withPatience } from "./with-patience.ts";

/** The quickest of these counts: whatever else the device does only slows an engine down. As many as take this long. */
const ROUNDS = { least: 5, most: 50 } as const;
const ROUNDS_MS = 500;
/** Steps that take so long are timed once. */
const LONG_MS = 500;
/** For a step of the engine in use, as for a lease: one that is slow is not thought to hang. */
const OWN_PATIENCE_MS = 300_000;
/** For a step of the other one, which was rehearsed, or as long as the one in use takes; leases wait meanwhile. */
const RIVAL_PATIENCE_MS = 20_000;

/** Lets nothing else be computed during one piece of work. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export interface Times {
  readonly ownMs: number;
  readonly rivalMs: number;
}

/**
 * How long a step on a batch of `sampleCount` takes on the engine in use and on another one: with the optimizer, or, where
 * that is null, up to the gradient. They take turns, so that a device that speeds up or is disturbed does neither a favour,
 * and each step is a turn: whoever waits for the engine in use waits for one step. Gives a sentence instead when the other
 * one fails; rejects when the one in use does. Replaces the parameters of both.
 */
export async function timeEngines(
  own: Engine,
  rival: Engine,
  task: EngineTask,
  sampleCount: number,
  inTurn: InTurn,
  optimizer: OptimizerSpecification | null,
): Promise<Times | string> {
  const problem = rehearsalProblem(task, sampleCount);
  if (optimizer !== null) return timeSteps(own, rival, problem, inTurn, optimizer);
  const gradient = new Float32Array(problem.parameters.length);
  return timeInTurns(own, rival, inTurn, async (engine) => {
    const startedAt = performance.now();
    engine.setParameters(problem.parameters);
    await engine.computeGradient(problem.batch, gradient);
    return performance.now() - startedAt;
  });
}

/** Steps that go nowhere, from the same parameters each time, which a stretch is given once for all its steps. */
async function timeSteps(
  own: Engine,
  rival: Engine,
  { parameters, batch }: ReturnType<typeof rehearsalProblem>,
  inTurn: InTurn,
  optimizer: OptimizerSpecification,
): Promise<Times | string> {
  const steppers = new Map<Engine, Stepper>();
  try {
    return await timeInTurns(own, rival, inTurn, async (engine) => {
      const stepper = steppers.get(engine) ?? (await createStepper(engine, optimizer, parameters.length));
      steppers.set(engine, stepper);
      stepper.setParameters(parameters);
      const startedAt = performance.now();
      await stepper.step(batch, { step: 1, learningRate: 0 });
      return performance.now() - startedAt;
    });
  } finally {
    for (const stepper of steppers.values()) stepper.dispose();
  }
}

async function timeInTurns(
  own: Engine,
  rival: Engine,
  inTurn: InTurn,
  measure: (engine: Engine) => Promise<number>,
): Promise<Times | string> {
  const timeStep = (engine: Engine, patienceMs: number): Promise<number> =>
    withPatience(measure(engine), patienceMs, `It gave no answer for ${Math.ceil(patienceMs / 1000)} seconds.`);
  const timeOf = (engine: Engine, patienceMs: number) => inTurn(() => timeStep(engine, patienceMs));
  const timeOfRival = (patienceMs: number) =>
    timeOf(rival, patienceMs).catch((error: unknown) => new EngineError(sentenceOf(error)));

  let times: Times = { ownMs: Number.POSITIVE_INFINITY, rivalMs: Number.POSITIVE_INFINITY };
  let rounds: number = ROUNDS.least;
  // In round 0 buffers grow and caches are cold.
  for (let round = 0; round <= rounds; round++) {
    const ownMs = await timeOf(own, OWN_PATIENCE_MS);
    const rivalMs = await timeOfRival(Math.max(RIVAL_PATIENCE_MS, ownMs));
    if (typeof rivalMs !== "number") return rivalMs.message;
    if (round > 0) times = { ownMs: Math.min(times.ownMs, ownMs), rivalMs: Math.min(times.rivalMs, rivalMs) };
    else rounds = roundsFor(ownMs, rivalMs);
  }
  return times;
}

function roundsFor(ownMs: number, rivalMs: number): number {
  if (Math.max(ownMs, rivalMs) > LONG_MS) return 1;
  return Math.min(ROUNDS.most, Math.max(ROUNDS.least, Math.ceil(ROUNDS_MS / (ownMs + rivalMs))));
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
