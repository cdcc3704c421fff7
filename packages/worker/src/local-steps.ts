/** The optimizer steps that a worker takes by itself, and the change of the parameters that comes of them. */
import { batchCount } from "@convoy/datasets";
import { type Batch, type BatchOutcome, type Engine, sliceBatch } from "@convoy/engine";
import { createOptimizer, learningRateAt, type Optimizer } from "@convoy/gradients";
import type { Recipe } from "@convoy/models";
import type { LeaseMessage } from "@convoy/protocol";

export type Stretch = NonNullable<LeaseMessage["stretch"]>;

/** What the steps need of an engine. */
export type StepEngine = Pick<Engine, "setParameters" | "computeGradient">;

export interface StretchTask {
  readonly engine: StepEngine;
  /** Not written to. */
  readonly parameters: Float32Array;
  /** All samples of the stretch. */
  readonly batch: Batch;
  readonly stretch: Stretch;
  /** Asked before each step. */
  isInHand(): boolean;
}

export interface StretchOutcome extends BatchOutcome {
  /** Of each step, the sum over its samples, before the step. */
  readonly stepLosses: readonly number[];
}

/**
 * Takes steps with the recipe's optimizer, whose velocity or moments go on from one stretch to the next: a worker that is
 * alone trains as one process would.
 */
export class LocalSteps {
  readonly #recipe: Recipe;
  readonly #stepsPerEpoch: number;
  #optimizer: Optimizer | null = null;
  /** Steps that the optimizer has taken: by them, Adam corrects its moments. */
  #taken = 0;
  #moved = new Float32Array(0);
  #gradient = new Float32Array(0);

  constructor(recipe: Recipe, trainCount: number) {
    this.#recipe = recipe;
    this.#stepsPerEpoch = batchCount(trainCount, recipe.batchSize);
  }

  /**
   * Writes the parameters before the stretch less those after it to `change`: like a gradient, it is to be subtracted. Null,
   * when nobody waits for it any more; `change` is then undefined.
   */
  async take(task: StretchTask, change: Float32Array): Promise<StretchOutcome | null> {
    const { engine, parameters, batch } = task;
    const optimizer = this.#prepare(parameters);
    const { batchSize } = this.#recipe;
    const stepLosses: number[] = [];
    let correctCount = 0;
    for (let start = 0; start < batch.count; start += batchSize) {
      if (!task.isInHand()) return null;
      const part = sliceBatch(batch, start, Math.min(batch.count, start + batchSize));
      engine.setParameters(this.#moved);
      const outcome = await engine.computeGradient(part, this.#gradient);
      this.#taken++;
      const learningRate = this.#learningRate(task.stretch, stepLosses.length);
      const numbers = { step: this.#taken, sampleCount: part.count, learningRate };
      optimizer.step(this.#moved, this.#gradient, numbers, this.#moved);
      stepLosses.push(Math.max(0, outcome.lossSum));
      correctCount += outcome.correctCount;
    }
    for (let i = 0; i < change.length; i++) change[i] = (parameters[i] as number) - (this.#moved[i] as number);
    return { lossSum: stepLosses.reduce((sum, loss) => sum + loss, 0), correctCount, stepLosses };
  }

  #prepare(parameters: Float32Array): Optimizer {
    if (this.#moved.length !== parameters.length) {
      this.#moved = new Float32Array(parameters.length);
      this.#gradient = new Float32Array(parameters.length);
    }
    this.#moved.set(parameters);
    this.#optimizer ??= createOptimizer(this.#recipe, this.#stepsPerEpoch, parameters.length);
    return this.#optimizer;
  }

  #learningRate({ step, stride, rateFactor }: Stretch, index: number): number {
    return learningRateAt(this.#recipe, this.#stepsPerEpoch, step + index * stride) * rateFactor;
  }
}
