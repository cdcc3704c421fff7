/**
 * The same training in one process, in the plainest way: every leaf by itself, added along the tree as its definition
 * says, without any of Convoy's coordination. Simulated workers take their gradients from here too, and so each is
 * computed once, however often it is asked for.
 */
import { batchCount, batchRange, epochOrder, gatherSamples, SHARD_SIZE } from "@convoy/datasets";
import { concatenatePredictions, type Predictions, ReferenceEngine } from "@convoy/engine";
import { assert } from "@convoy/foundation";
import { createOptimizer, type Optimizer } from "@convoy/gradients";
import { initializeParameters, parameterLayout } from "@convoy/models";
import { type FollowedVersion, firstVersion, followed, ownOf } from "./followed-parameters.ts";
import type { TinyTraining } from "./tiny-training.ts";

/** What the samples of a group of shards add up to. */
export interface GroupSum {
  readonly samples: ArrayLike<number>;
  readonly lossSum: number;
  readonly correctCount: number;
  /** Flat; shared, so never written to. Null for an evaluation. */
  readonly gradient: Float32Array | null;
  /** Of an evaluation, sample by sample; null in training. */
  readonly predictions: Predictions | null;
}

export type RoundKind = "train" | "evaluate";

interface Version extends FollowedVersion {
  /** By first sample and number of samples. */
  readonly sums: Record<RoundKind, Map<number, GroupSum>>;
}

export class SingleProcessRun {
  readonly training: TinyTraining;
  readonly #engine: ReferenceEngine;
  readonly #optimizer: Optimizer;
  readonly #versions: Version[] = [];
  readonly #stepLosses: number[] = [];
  readonly #stepsOfEpoch: number;
  #engineHolds: number | null = null;
  #order: { readonly epoch: number; readonly order: Uint32Array } | null = null;

  constructor(training: TinyTraining) {
    const { recipe, seed, trainCount, parameterCount } = training.settings;
    this.training = training;
    this.#engine = new ReferenceEngine({ model: recipe.model, preprocessing: recipe.preprocessing });
    this.#stepsOfEpoch = batchCount(trainCount, recipe.batchSize);
    this.#optimizer = createOptimizer(recipe, this.#stepsOfEpoch, parameterCount);
    const initial = initializeParameters(parameterLayout(recipe.model), recipe.initialization, seed);
    this.#addVersion(firstVersion(training.settings, initial));
  }

  get steps(): number {
    return this.#stepsOfEpoch * this.training.settings.epochs;
  }

  /** Of a version from 0 to `steps`; never to be written to. */
  parameters(version: number): Float32Array {
    return this.#version(version).parameters;
  }

  /** Mean loss of the batch of a step from 1. */
  stepLoss(step: number): number {
    this.#version(step);
    return this.#stepLosses[step - 1] as number;
  }

  /** The samples of the batch that version `version` is trained on, in their order. */
  batch(version: number): Uint32Array {
    const { recipe, seed, trainCount } = this.training.settings;
    const epoch = Math.floor(version / this.#stepsOfEpoch);
    if (this.#order?.epoch !== epoch) this.#order = { epoch, order: epochOrder(seed, epoch, trainCount) };
    const { start, end } = batchRange(version % this.#stepsOfEpoch, recipe.batchSize, trainCount);
    return this.#order.order.subarray(start, end);
  }

  /** What an honest worker computes on consecutive samples of a batch with the parameters of a version. */
  sum(kind: RoundKind, version: number, samples: ArrayLike<number>): GroupSum {
    const { sums } = this.#version(version);
    const key = (samples[0] as number) * 0x10000 + samples.length;
    const known = sums[kind].get(key);
    if (known !== undefined && areEqual(known.samples, samples)) return known;
    const sum = this.#sumAlongTree(kind, version, Array.from(samples));
    if (known === undefined) sums[kind].set(key, sum);
    return sum;
  }

  #version(version: number): Version {
    assert(version <= this.steps, `the run has ${this.steps} steps`);
    while (this.#versions.length <= version) this.#step();
    return this.#versions[version] as Version;
  }

  #step(): void {
    const last = this.#versions.length - 1;
    const batch = this.batch(last);
    const { gradient, lossSum } = this.sum("train", last, batch);
    const next = new Float32Array((gradient as Float32Array).length);
    const sampleCount = batch.length;
    const before = this.#version(last);
    this.#optimizer.step(ownOf(before), gradient as Float32Array, { step: last + 1, sampleCount }, next);
    this.#stepLosses.push(lossSum / batch.length);
    const { downCodec } = this.training.settings;
    assert(downCodec !== "auto", "one step after the other, what is sent does not depend on links");
    this.#addVersion(followed(this.training.settings, before, next, { version: last + 1, codec: downCodec }));
  }

  #addVersion(version: FollowedVersion): void {
    this.#versions.push({ ...version, sums: { train: new Map(), evaluate: new Map() } });
  }

  /** The left half of a tree is the largest that is whole: a power of two of its leaves, and fewer than all. */
  #sumAlongTree(kind: RoundKind, version: number, samples: number[]): GroupSum {
    const leaves = Math.ceil(samples.length / SHARD_SIZE);
    if (leaves === 1) return this.#leaf(kind, version, samples);
    const half = SHARD_SIZE * 2 ** (Math.ceil(Math.log2(leaves)) - 1);
    const left = this.sum(kind, version, samples.slice(0, half));
    const right = this.sum(kind, version, samples.slice(half));
    return {
      samples,
      lossSum: left.lossSum + right.lossSum,
      correctCount: left.correctCount + right.correctCount,
      gradient: left.gradient && right.gradient && added(left.gradient, right.gradient),
      predictions:
        left.predictions && right.predictions && concatenatePredictions([left.predictions, right.predictions]),
    };
  }

  #leaf(kind: RoundKind, version: number, samples: number[]): GroupSum {
    const { dataset } = this.training;
    const batch = { count: samples.length, ...gatherSamples(dataset[kind === "train" ? "train" : "test"], samples) };
    if (this.#engineHolds !== version) this.#engine.setParameters(this.parameters(version));
    this.#engineHolds = version;
    if (kind === "evaluate") return { samples, gradient: null, ...this.#engine.evaluateNow(batch) };
    const { outcome, gradient } = this.#engine.computePreciseGradient(batch);
    return { samples, ...outcome, gradient: Float32Array.from(gradient), predictions: null };
  }
}

function added(left: Float32Array, right: Float32Array): Float32Array {
  return left.map((value, i) => value + (right[i] as number));
}

function areEqual(left: ArrayLike<number>, right: ArrayLike<number>): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
