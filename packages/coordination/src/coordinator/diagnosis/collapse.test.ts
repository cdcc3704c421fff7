import { batchCount, batchRange, epochOrder } from "@convoy/datasets";
import { createOptimizer } from "@convoy/gradients";
import { findRecipe } from "@convoy/models";
import { expect, test } from "vitest";
import { findCollapse } from "./collapse.ts";
import { noCurves, withEpoch, withStep } from "./curves.ts";

const TRAIN_COUNT = 50_000;
const CLASSES = 10;

/**
 * What is left of a collapsed network: the biases of its last layer, trained by the recipe's optimizer on as many
 * samples of each class. Unlike made-up noise, its losses hang together from batch to batch.
 */
class Biases {
  readonly recipe = findRecipe("alexnet-cifar10-small-collapse");
  readonly stepsPerEpoch = batchCount(TRAIN_COUNT, this.recipe.batchSize);
  readonly #optimizer = createOptimizer(this.recipe, this.stepsPerEpoch, CLASSES);
  #biases = new Float32Array(CLASSES);
  #step = 0;

  /** Trains on one batch; returns its mean loss and how many it had right. */
  train(samples: Uint32Array): { loss: number; correctCount: number } {
    const exponentials = Array.from(this.#biases, Math.exp);
    const sum = exponentials.reduce((total, value) => total + value, 0);
    const answer = this.#biases.indexOf(Math.max(...this.#biases));
    const gradientSum = Float32Array.from(exponentials, (value) => (samples.length * value) / sum);
    let lossSum = 0;
    let correctCount = 0;
    for (const sample of samples) {
      const label = sample % CLASSES;
      lossSum += Math.log(sum) - (this.#biases[label] as number);
      gradientSum[label] = (gradientSum[label] as number) - 1;
      if (label === answer) correctCount++;
    }
    const next = new Float32Array(CLASSES);
    this.#optimizer.step(this.#biases, gradientSum, { step: ++this.#step, sampleCount: samples.length }, next);
    this.#biases = next;
    return { loss: lossSum / samples.length, correctCount };
  }
}

test("what is left of a collapsed network has the published losses, and is found to have collapsed after each epoch", () => {
  for (const seed of [1, 2, 3]) {
    const biases = new Biases();
    const { recipe, stepsPerEpoch } = biases;
    let curves = noCurves;
    let step = 0;
    for (let epoch = 1; epoch <= 3; epoch++) {
      const order = epochOrder(seed, epoch - 1, TRAIN_COUNT);
      let [lossSum, correctCount] = [0, 0];
      for (let batch = 0; batch < stepsPerEpoch; batch++) {
        const { start, end } = batchRange(batch, recipe.batchSize, TRAIN_COUNT);
        const trained = biases.train(order.subarray(start, end));
        lossSum += trained.loss;
        correctCount += trained.correctCount;
        curves = withStep(curves, { step: ++step, loss: trained.loss }, stepsPerEpoch);
      }
      const loss = lossSum / stepsPerEpoch;
      expect(loss).toBeCloseTo(recipe.published?.loss[epoch - 1] as number, 3);
      const figures = { trainingAccuracy: correctCount / TRAIN_COUNT, testLoss: loss, testAccuracy: 1 / CLASSES };
      curves = withEpoch(curves, { epoch, step, loss, ...figures });
      const collapse = findCollapse(curves, { classCount: CLASSES, stepsPerEpoch });
      expect(collapse, `seed ${seed}, epoch ${epoch}`).toMatchObject({ kind: "collapse", sinceStep: 1 });
    }
  }
});
