/** The same training in one process, in the plainest way: whole batches, one engine, one optimizer, no coordinator. */
import { batchCount, batchRange, type Dataset, epochOrder, gatherSamples } from "@convoy/datasets";
import type { EngineFactory } from "@convoy/engine";
import { createOptimizer } from "@convoy/gradients";
import type { Recipe } from "@convoy/models";

export interface StepAlone {
  /** From 1. */
  readonly step: number;
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
    for (let batch = 0; batch < stepsPerEpoch; batch++) {
      const { start, end } = batchRange(batch, recipe.batchSize, order.length);
      const samples = gatherSamples(dataset.train, order.subarray(start, end));
      engine.setParameters(parameters);
      const { lossSum } = await engine.computeGradient({ count: end - start, ...samples }, gradientSum);
      const next = new Float32Array(initial.length);
      optimizer.step(parameters, gradientSum, { step: batch + 1, sampleCount: end - start }, next);
      parameters = next;
      yield { step: batch + 1, loss: lossSum / (end - start), parameters };
    }
  } finally {
    engine.dispose();
  }
}
