/** The same training in one process, in the plainest way: whole batches, one engine, one optimizer, no coordinator. */
import { batchRange, type Dataset, epochOrder, gatherSamples } from "@convoy/datasets";
import type { EngineFactory } from "@convoy/engine";
import { createOptimizer } from "@convoy/gradients";
import type { Recipe } from "@convoy/models";

/** The parameters after `steps` steps of the first epoch. */
export async function trainAlone(
  recipe: Recipe,
  dataset: Dataset,
  seed: number,
  initial: Float32Array,
  steps: number,
  createEngine: EngineFactory,
): Promise<Float32Array> {
  const engine = await createEngine({ model: recipe.model, preprocessing: recipe.preprocessing });
  const optimizer = createOptimizer(recipe.optimizer, initial.length);
  const order = epochOrder(seed, 0, dataset.train.count);
  const parameters = initial.slice();
  const gradientSum = new Float32Array(initial.length);
  for (let step = 0; step < steps; step++) {
    const { start, end } = batchRange(step, recipe.batchSize, order.length);
    const samples = gatherSamples(dataset.train, order.subarray(start, end));
    engine.setParameters(parameters);
    await engine.computeGradient({ count: end - start, ...samples }, gradientSum);
    optimizer.step(parameters, gradientSum, end - start, parameters);
  }
  engine.dispose();
  return parameters;
}
