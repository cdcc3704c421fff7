/** What PyTorch made of small whole networks, in double precision (packages/models/oracle/networks.py). */
import type { ModelSpecification, OptimizerSpecification, Preprocessing } from "@convoy/models";
import type { BatchOutcome } from "../engine.ts";
import goldens from "./goldens/pytorch-networks.json" with { type: "json" };
import { type Problem, randomProblem } from "./problem.ts";

export interface NetworkGolden {
  readonly problem: Problem;
  readonly training: BatchOutcome;
  readonly evaluation: BatchOutcome;
  /** Of training, over the batch. */
  readonly gradientSum: readonly number[];
  readonly afterTenSteps: readonly TrainedGolden[];
}

/** The parameters after ten steps on the problem's batch, the first of which draws as in epoch 0, the next as in 1 … */
export interface TrainedGolden {
  readonly optimizer: OptimizerSpecification;
  readonly parameters: readonly number[];
}

export const networkGoldens: readonly NetworkGolden[] = goldens.networks.map((golden) => ({
  problem: randomProblem(
    golden.model as unknown as ModelSpecification,
    goldens.sampleCount,
    golden.seed,
    golden.preprocessing as unknown as Preprocessing,
  ),
  training: golden.training,
  evaluation: golden.evaluation,
  gradientSum: golden.gradientSum,
  afterTenSteps: golden.afterTenSteps as unknown as readonly TrainedGolden[],
}));
