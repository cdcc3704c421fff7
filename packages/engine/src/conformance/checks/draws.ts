/** Random numbers of training follow the seed, the epoch, the sample and the layer, and nothing else. */
import type { Layer, ModelSpecification } from "@convoy/models";
import type { Batch, BatchDraws, EngineFactory } from "../../engine.ts";
import { agreementOn, requireAgreement, requireSameEvaluation } from "../agreement.ts";
import { type ConformanceCheck, compute, withEngine } from "../conformance-check.ts";
import { dropoutNetwork } from "../networks.ts";
import { type Problem, partOfBatch, randomProblem } from "../problem.ts";
import { requireRefusal } from "../require-refusal.ts";
import { requireSameGradient, requireSameOutcome } from "../tolerances.ts";
import { augmentedProblem } from "./preprocessing.ts";
import { sumOfShards } from "./sums.ts";

interface Drawn extends Problem {
  readonly batch: Batch & { readonly draws: BatchDraws };
}

function drawnProblem(count: number): Drawn {
  return randomProblem(dropoutNetwork, count) as Drawn;
}

const names: ConformanceCheck = {
  name: "dropout follows the seed, the epoch and the numbers of the samples",
  async run(factory) {
    const problem = drawnProblem(5);
    const { draws } = problem.batch;
    const variants: readonly Partial<BatchDraws>[] = [
      {},
      { seed: 7 },
      { seed: draws.seed + 2 ** 32 },
      { seed: 2 ** 53 - 1 },
      { epoch: 0 },
      { epoch: draws.epoch + 1 },
      { samples: draws.samples.map((sample) => sample + 1) },
      { samples: draws.samples.map((_, index) => 2 ** 32 - 1 - index) },
      {},
    ];
    await withEngine(factory, problem, async (engine) => {
      for (const variant of variants) {
        const batch = { ...problem.batch, draws: { ...draws, ...variant } };
        await requireAgreement(engine, { ...problem, batch });
      }
    });
  },
};

/** The reference numbers its layers as the specification does; another layer in front moves all numbers by one. */
const layers: ConformanceCheck = {
  name: "dropout follows the place of its layer",
  async run(factory) {
    const moved: ModelSpecification = {
      ...dropoutNetwork,
      layers: [{ type: "dropout", rate: 0 }, ...dropoutNetwork.layers],
    };
    await agreementOn(moved.name, randomProblem(moved, 5)).run(factory, {});
  },
};

function shardsOf(name: string, problem: Problem): ConformanceCheck {
  return {
    name,
    async run(factory) {
      await withEngine(factory, problem, async (engine) => {
        const whole = await compute(engine, problem);
        const parts = await sumOfShards(engine, problem);
        requireSameOutcome(parts, whole);
        requireSameGradient(problem.layout, parts, whole);
        const reversed = await compute(engine, { ...problem, batch: reverse(problem.batch) });
        requireSameOutcome(reversed, whole);
        requireSameGradient(problem.layout, reversed, whole);
      });
    },
  };
}

/** The same samples with the same numbers, in the other order. */
function reverse(batch: Batch): Batch {
  const parts = Array.from({ length: batch.count }, (_, index) => partOfBatch(batch, batch.count - 1 - index, 1));
  const samples = Uint32Array.from(parts, ({ draws }) => draws?.samples[0] as number);
  return {
    count: batch.count,
    pixels: Uint8Array.from(parts.flatMap(({ pixels }) => [...pixels])),
    labels: Uint8Array.from(parts, ({ labels }) => labels[0] as number),
    draws: { ...(batch.draws as BatchDraws), samples },
  };
}

const evaluation: ConformanceCheck = {
  name: "evaluation neither drops nor draws",
  async run(factory) {
    const problem = drawnProblem(6);
    const isKept = (layer: Layer) => layer.type !== "dropout";
    const model = { ...dropoutNetwork, layers: dropoutNetwork.layers.filter(isKept) };
    const plain: Problem = { ...problem, task: { ...problem.task, model } };
    const { draws: _, ...undrawn } = problem.batch;
    await withEngine(factory, problem, async (engine) => {
      for (const batch of [problem.batch, undrawn]) {
        await requireSameEvaluation(engine, { ...plain, batch });
        await compute(engine, problem);
        await requireSameEvaluation(engine, { ...plain, batch });
      }
    });
  },
};

const refusals: ConformanceCheck = {
  name: "training without the numbers it needs is refused",
  async run(factory: EngineFactory) {
    for (const problem of [drawnProblem(4), augmentedProblem(4)]) {
      const { draws, ...undrawn } = problem.batch;
      const { samples } = draws as BatchDraws;
      const wrong: readonly [string, Batch][] = [
        ["a batch without draws", undrawn],
        ["a number too few", { ...undrawn, draws: { ...(draws as BatchDraws), samples: samples.subarray(1) } }],
      ];
      await withEngine(factory, problem, async (engine) => {
        for (const [what, batch] of wrong) {
          await requireRefusal(`computeGradient took ${what}`, () => compute(engine, { ...problem, batch }));
        }
        await requireAgreement(engine, problem);
      });
    }
  },
};

export const drawChecks: readonly ConformanceCheck[] = [
  names,
  layers,
  shardsOf("a batch with dropout is the sum of its shards, in any order", drawnProblem(19)),
  shardsOf("a batch with augmentation is the sum of its shards, in any order", augmentedProblem(19)),
  evaluation,
  refusals,
];
