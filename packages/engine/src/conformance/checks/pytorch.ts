/** The engine gives what PyTorch gives, which knows nothing of the reference. */
import { type ConformanceCheck, compute, withEngine } from "../conformance-check.ts";
import { networkGoldens } from "../pytorch-goldens.ts";
import { requireSameGradient, requireSameOutcome } from "../tolerances.ts";

export const pytorchChecks: readonly ConformanceCheck[] = networkGoldens.map(
  ({ problem, training, evaluation, gradientSum }) => ({
    name: `${problem.task.model.name}, as PyTorch computes it`,
    async run(factory) {
      await withEngine(factory, problem, async (engine) => {
        const actual = await compute(engine, problem);
        requireSameOutcome(actual, training);
        requireSameGradient(problem.layout, actual, { ...training, gradient: Float32Array.from(gradientSum) });
        requireSameOutcome(await engine.evaluate(problem.batch), evaluation, "evaluation");
      });
    },
  }),
);
