/** The optimizer steps that a worker takes by itself, and the change of the parameters that comes of them. */
import { batchCount } from "@convoy/datasets";
import {
  type Batch,
  type BatchOutcome,
  createStepper,
  type Engine,
  type StepEngine,
  type Stepper,
  sliceBatch,
} from "@convoy/engine";
import { learningRateAt, type OptimizerState } from "@convoy/gradients";
import type { Recipe } from "@convoy/models";
import type { LeaseMessage } from "@convoy/protocol";
import { StepsUnderWay } from "./steps-under-way.ts";
import { patiently } from "./with-patience.ts";

export type Stretch = NonNullable<LeaseMessage["stretch"]>;

/** What the steps need of an engine. */
export type LocalEngine = StepEngine & Pick<Engine, "identity">;

export interface StretchTask {
  readonly engine: LocalEngine;
  /** Not written to. */
  readonly parameters: Float32Array;
  /** All samples of the stretch. */
  readonly batch: Batch;
  readonly stretch: Stretch;
  /** Asked before each step. */
  isInHand(): boolean;
}

export interface StretchOutcome extends BatchOutcome {
  /** Of each batch, the sum over its samples, each before the step that it is part of. */
  readonly stepLosses: readonly number[];
}

/**
 * Takes steps with the recipe's optimizer, whose velocity or moments go on from one stretch to the next: a worker that is
 * alone trains as one process would.
 */
export class LocalSteps {
  readonly #recipe: Recipe;
  readonly #stepsPerEpoch: number;
  #inUse: { readonly engine: LocalEngine; readonly stepper: Stepper } | null = null;
  /** Velocity or moments that an engine left behind. */
  #state: OptimizerState | undefined;
  /** Steps that the optimizer has taken: by them, Adam corrects its moments. */
  #taken = 0;

  constructor(recipe: Recipe, trainCount: number) {
    this.#recipe = recipe;
    this.#stepsPerEpoch = batchCount(trainCount, recipe.batchSize);
  }

  /**
   * Writes the parameters before the stretch less those after it to `change`: like a gradient, it is to be subtracted. Null,
   * when nobody waits for it any more; `change` is then undefined.
   */
  async take(task: StretchTask, change: Float32Array): Promise<StretchOutcome | null> {
    const { engine, parameters } = task;
    const stepper = await this.#stepperOn(engine, parameters.length);
    stepper.setParameters(parameters);
    const outcomes = await this.#steps(task, stepper);
    if (outcomes === null) return null;
    await patiently(engine, stepper.readParameters(change));
    for (let i = 0; i < change.length; i++) change[i] = (parameters[i] as number) - (change[i] as number);
    const stepLosses = outcomes.map(({ lossSum }) => Math.max(0, lossSum));
    return {
      lossSum: stepLosses.reduce((sum, loss) => sum + loss, 0),
      correctCount: outcomes.reduce((sum, { correctCount }) => sum + correctCount, 0),
      stepLosses,
    };
  }

  /** Before an engine is freed that another takes over from: velocity or moments go on there. */
  async leave(engine: LocalEngine): Promise<void> {
    if (this.#inUse?.engine !== engine) return;
    const { stepper } = this.#inUse;
    this.#state = await patiently(engine, stepper.readState());
    this.dispose();
  }

  /** Frees what the steps have on the engine's device. */
  dispose(): void {
    this.#inUse?.stepper.dispose();
    this.#inUse = null;
  }

  /** What came of each batch. */
  async #steps({ engine, batch, stretch, isInHand }: StretchTask, stepper: Stepper): Promise<BatchOutcome[] | null> {
    const underWay = new StepsUnderWay<BatchOutcome>();
    const parts = partsOf(batch.count, this.#recipe.batchSize, stretch.stepsPerBatch);
    for (const { index, start, end } of parts) {
      await underWay.room();
      if (!isInHand()) {
        await underWay.end();
        return null;
      }
      const learningRate = this.#learningRate(stretch, index);
      this.#taken++;
      const at = { step: this.#taken, learningRate };
      underWay.add(patiently(engine, stepper.step(sliceBatch(batch, start, end), at)));
    }
    return sumsOfBatches(parts, await underWay.end());
  }

  async #stepperOn(engine: LocalEngine, parameterCount: number): Promise<Stepper> {
    if (this.#inUse?.engine === engine) return this.#inUse.stepper;
    this.dispose();
    if (this.#state === undefined) this.#taken = 0;
    const making = createStepper(engine, this.#recipe.optimizer, parameterCount, this.#state);
    const stepper = await patiently(engine, making);
    this.#state = undefined;
    this.#inUse = { engine, stepper };
    return stepper;
  }

  #learningRate({ step, stride, rateFactor }: Stretch, index: number): number {
    return learningRateAt(this.#recipe, this.#stepsPerEpoch, step + index * stride) * rateFactor;
  }
}

/** Samples that one step is taken on. */
interface Part {
  /** Of the batch that they belong to. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Every batch in so many parts, as equal as they can be; none is empty. */
function partsOf(sampleCount: number, batchSize: number, stepsPerBatch: number): Part[] {
  const parts: Part[] = [];
  for (let index = 0; index * batchSize < sampleCount; index++) {
    const first = index * batchSize;
    const count = Math.min(batchSize, sampleCount - first);
    const steps = Math.min(stepsPerBatch, count);
    const borderAt = (step: number) => first + Math.floor((step * count) / steps);
    for (let step = 0; step < steps; step++) parts.push({ index, start: borderAt(step), end: borderAt(step + 1) });
  }
  return parts;
}

function sumsOfBatches(parts: readonly Part[], outcomes: readonly BatchOutcome[]): BatchOutcome[] {
  const sums: BatchOutcome[] = [];
  for (const [i, { index }] of parts.entries()) {
    const { lossSum, correctCount } = outcomes[i] as BatchOutcome;
    const sum = sums[index] ?? { lossSum: 0, correctCount: 0 };
    sums[index] = { lossSum: sum.lossSum + lossSum, correctCount: sum.correctCount + correctCount };
  }
  return sums;
}
