/** The same training in one process, in the plainest way: whole batches, one engine, one optimizer, no coordinator. */
import { batchCount, batchRange, type Dataset, epochOrder, gatherSamples } from "@convoy/datasets";
import type { EngineFactory } from "@convoy/engine";
import { createOptimizer } from "@convoy/gradients";
import type { Recipe } from "@convoy/models";

export interface StepAlone {
  /** From 1. */
  readonly step: number;
  /** The dataset's numbers of the batch's samples, in their order. */
  readonly samples: Uint32Array;
  /** Mean over the batch. */
  readonly loss: number;
  /** After the step; nobody writes to them again. */
  readonly parameters: Float32Array;
}

/** The steps of the first epoch, one after the other. */
export async function* trainAlone(
  recipe: Recipe,
  dataset: Dataset,
  seed: number,
  initial: Float32Array,
  createEngine: EngineFactory,
): AsyncGenerator<StepAlone> {
  const engine = await createEngine({ model: recipe.model, preprocessing: recipe.preprocessing });
  try {
    const order = epochOrder(seed, 0, dataset.train.count);
    const stepsPerEpoch = batchCount(order.length, recipe.batchSize);
    const optimizer = createOptimizer(recipe, stepsPerEpoch, initial.length);
    const gradientSum = new Float32Array(initial.length);
    let parameters = initial;
    for (let step = 1; step <= stepsPerEpoch; step++) {
      const { start, end } = batchRange(step - 1, recipe.batchSize, order.length);
      const samples = order.subarray(start, end);
      const batch = {
        count: end - start,
        ...gatherSamples(dataset.train, samples),
        draws: { seed, epoch: 0, samples },
      };
      engine.setParameters(parameters);
      const { lossSum } = await engine.computeGradient(batch, gradientSum);
      const next = new Float32Array(initial.length);
      optimizer.step(parameters, gradientSum, { step, sampleCount: batch.count }, next);
      parameters = next;
      yield { step, samples, loss: lossSum / batch.count, parameters };
    }
  } finally {
    engine.dispose();
  }
}
