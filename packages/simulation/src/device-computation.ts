/** What a device makes of a lease. Virtual time is the worker's business: here things take none. */
import { epochOrder, gatherSamples } from "@convoy/datasets";
import { type Predictions, ReferenceEngine } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { createOptimizer, learningRateAt, type Optimizer } from "@convoy/gradients";
import type { LeaseMessage, NextStretchMessage, VectorFrame } from "@convoy/protocol";
import type { SingleProcessRun } from "./single-process-run.ts";
import type { TinyTraining } from "./tiny-training.ts";

export interface Computed {
  readonly lossSum: number;
  readonly correctCount: number;
  readonly stepLosses: readonly number[];
  /** The gradient, or the change; never written to. Null for an evaluation. */
  readonly vector: Float32Array | null;
  readonly predictions: Predictions | null;
}

export interface DeviceComputation {
  samplesOf(lease: LeaseMessage): ArrayLike<number>;
  samplesOfNext(next: NextStretchMessage): ArrayLike<number>;
  compute(lease: LeaseMessage, parameters: VectorFrame): Computed;
}

/** In `sync`: every honest device gets what a single process does, so it is computed once for all. */
export function sharedComputation(run: SingleProcessRun): DeviceComputation {
  return {
    samplesOf: ({ samples }) => samples,
    samplesOfNext: () => [],
    compute: ({ kind, samples }, { version }) => {
      const { gradient, ...sum } = run.sum(kind, version, samples);
      return { ...sum, vector: gradient, stepLosses: [] };
    },
  };
}

/** In `local`: what the devices of a run have in common. */
export class LocalDevices {
  readonly training: TinyTraining;
  readonly engine: ReferenceEngine;
  readonly #orders: Uint32Array[] = [];

  constructor(training: TinyTraining) {
    const { model, preprocessing } = training.settings.recipe;
    this.training = training;
    this.engine = new ReferenceEngine({ model, preprocessing });
  }

  order(epoch: number): Uint32Array {
    const { seed, trainCount } = this.training.settings;
    this.#orders[epoch] ??= epochOrder(seed, epoch, trainCount);
    return this.#orders[epoch] as Uint32Array;
  }
}

/** In `local`: steps of the device's own, with a velocity of its own. */
export class OwnSteps implements DeviceComputation {
  readonly #devices: LocalDevices;
  readonly #stepsOfEpoch: number;
  readonly #optimizer: Optimizer;
  #taken = 0;

  constructor(devices: LocalDevices) {
    const { recipe, trainCount, parameterCount } = devices.training.settings;
    this.#devices = devices;
    this.#stepsOfEpoch = Math.ceil(trainCount / recipe.batchSize);
    this.#optimizer = createOptimizer(recipe, this.#stepsOfEpoch, parameterCount);
  }

  samplesOfNext({ epoch, position, sampleCount }: NextStretchMessage): ArrayLike<number> {
    return this.#devices.order(epoch).subarray(position, position + sampleCount);
  }

  samplesOf({ samples, stretch, draws }: LeaseMessage): ArrayLike<number> {
    if (stretch === null || draws === null) return samples;
    return this.#devices.order(draws.epoch).subarray(stretch.position, stretch.position + stretch.sampleCount);
  }

  compute(lease: LeaseMessage, { vector: parameters }: VectorFrame): Computed {
    const { engine, training } = this.#devices;
    if (lease.kind === "train") return this.#takeSteps(lease, parameters);
    engine.setParameters(parameters);
    const evaluation = engine.evaluateNow(this.#gather(training.dataset.test, lease.samples));
    return { ...evaluation, stepLosses: [], vector: null };
  }

  #takeSteps(lease: LeaseMessage, parameters: Float32Array): Computed {
    const { engine, training } = this.#devices;
    const { recipe } = training.settings;
    const { stretch } = lease;
    assert(stretch !== null, "a lease to train is a stretch");
    const samples = Array.from(this.samplesOf(lease));
    const moved = parameters.slice();
    const stepLosses: number[] = [];
    let correctCount = 0;
    for (let start = 0; start < samples.length; start += recipe.batchSize) {
      const batch = samples.slice(start, start + recipe.batchSize);
      const step = stretch.step + stepLosses.length * stretch.stride;
      const learningRate = learningRateAt(recipe, this.#stepsOfEpoch, step) * stretch.rateFactor;
      let lossSum = 0;
      for (const samples of inParts(batch, stretch.stepsPerBatch)) {
        const part = this.#gather(training.dataset.train, samples);
        engine.setParameters(moved);
        const { outcome, gradient } = engine.computePreciseGradient(part);
        this.#taken++;
        const numbers = { step: this.#taken, sampleCount: part.count, learningRate };
        this.#optimizer.step(moved, Float32Array.from(gradient), numbers, moved);
        lossSum += outcome.lossSum;
        correctCount += outcome.correctCount;
      }
      stepLosses.push(lossSum);
    }
    const vector = parameters.map((value, i) => value - (moved[i] as number));
    const lossSum = stepLosses.reduce((sum, loss) => sum + loss, 0);
    return { lossSum, correctCount, stepLosses, vector, predictions: null };
  }

  #gather(set: TinyTraining["dataset"]["train"], samples: number[]) {
    return { count: samples.length, ...gatherSamples(set, samples) };
  }
}

/** As equal as they can be, and none empty. */
function inParts(samples: readonly number[], count: number): number[][] {
  const parts: number[][] = [];
  for (let left = Math.min(count, samples.length), from = 0; left > 0; left--) {
    const end = from + Math.floor((samples.length - from) / left);
    parts.push(samples.slice(from, end));
    from = end;
  }
  return parts;
}
