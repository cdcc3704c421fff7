/** The engine gives what the reference gives. */
import type { Engine } from "../engine.ts";
import { createReferenceEngine } from "../reference/reference-engine.ts";
import { type ConformanceCheck, compute, computeByReference, withEngine } from "./conformance-check.ts";
import type { Problem } from "./problem.ts";
import { requireSameGradient, requireSameOutcome, requireSamePredictions } from "./tolerances.ts";

/** Requires the reference's gradient and loss of an engine that was given the problem's parameters. */
export async function requireAgreement(engine: Engine, problem: Problem): Promise<void> {
  const expected = await computeByReference(problem);
  const actual = await compute(engine, problem);
  requireSameOutcome(actual, expected);
  requireSameGradient(problem.layout, actual, expected);
}

/** In evaluation too, where nothing is random. */
export function agreementOn(name: string, problem: Problem): ConformanceCheck {
  return {
    name,
    async run(factory) {
      await withEngine(factory, problem, async (engine) => {
        await requireAgreement(engine, problem);
        await requireSameEvaluation(engine, problem);
      });
    },
  };
}

export async function requireSameEvaluation(engine: Engine, problem: Problem): Promise<void> {
  const { batch } = problem;
  const expected = await withEngine(createReferenceEngine, problem, (reference) => reference.evaluate(batch));
  const actual = await engine.evaluate(batch);
  requireSameOutcome(actual, expected, "evaluation");
  requireSamePredictions(actual.predictions, expected.predictions);
}
