/**
 * What computes gradients on a device. An engine is made for one model and one preprocessing, holds the parameters it
 * was given last, and knows nothing of runs, leases or sockets. Only an engine sees a tensor: what goes in and comes
 * out are bytes of pixels and flat vectors in the canonical order (see `parameterLayout`).
 */
import type { OptimizerState } from "@convoy/gradients";
import type { ModelSpecification, OptimizerSpecification, Preprocessing } from "@convoy/models";
import type { Stepper } from "./steps/stepper.ts";

/** What an engine is made for. */
export interface EngineTask {
  readonly model: ModelSpecification;
  readonly preprocessing: Preprocessing;
  /** Samples of the largest batch that will come, where that is known: an engine that has no room for it says so at once. */
  readonly batchSize?: number;
}

/** Samples to compute on. The engine reads them during the call only, and never writes to them. */
export interface Batch {
  readonly count: number;
  /** count × height × width × channels of the dataset's pictures (`imageShapeFor`), one byte each. */
  readonly pixels: Uint8Array;
  /** One class index for each sample. */
  readonly labels: Uint8Array;
  /** What random numbers are drawn by. Needed for training a task with dropout or augmentation, see `needsDraws`. */
  readonly draws?: BatchDraws;
}

/** Names the random numbers of a batch, so that whoever computes it draws the same. */
export interface BatchDraws {
  /** Of the run: 0 … 2⁵³ − 1. */
  readonly seed: number;
  readonly epoch: number;
  /** The dataset's number of each sample. */
  readonly samples: Uint32Array;
}

/** Sums over the samples of a batch. */
export interface BatchOutcome {
  /** Sum of the samples' softmax cross-entropies, in nats. */
  readonly lossSum: number;
  /** How many samples have their largest logit at their label; the first of equal logits counts. */
  readonly correctCount: number;
}

/** What the network makes of each sample of a batch, in the order of the batch. */
export interface Predictions {
  /** The class with the largest logit; the first of equal ones. */
  readonly classes: Uint16Array;
  /** What softmax gives that class: 1 / number of classes … 1. */
  readonly confidences: Float32Array;
  /** Softmax cross-entropy with the label, in nats. */
  readonly losses: Float32Array;
}

export interface Evaluation extends BatchOutcome {
  readonly predictions: Predictions;
}

export interface EngineIdentity {
  /** "reference", "tfjs-webgpu", "tfjs-wasm", "tfjs-cpu" … */
  readonly name: string;
  /** The device in words: "SwiftShader (software)", "NVIDIA RTX 4070", "CPU, WASM SIMD". */
  readonly device: string;
  /** Equal fingerprints promise equal bits: engine, build, profile. */
  readonly fingerprint: string;
}

export interface Engine {
  readonly identity: EngineIdentity;
  /** Takes over a copy of the flat vector. Every later call computes with it. */
  setParameters(parameters: Float32Array): void;
  /**
   * Writes the gradient, summed (not averaged) over the batch, to `gradientSum` (flat, every element overwritten).
   * Rejects with an EngineError; `gradientSum` is then undefined.
   */
  computeGradient(batch: Batch, gradientSum: Float32Array): Promise<BatchOutcome>;
  /** Forward pass only, and what came out for each sample. */
  evaluate(batch: Batch): Promise<Evaluation>;
  /**
   * Optimizer steps with parameters and state staying on the device; left out where that would be no quicker than with
   * flat vectors: see `createStepper`, which is what to call. Several may take turns.
   */
  createStepper?(optimizer: OptimizerSpecification, state?: OptimizerState): Promise<Stepper>;
  /** Frees the device. No call may follow. */
  dispose(): void;
}

export type EngineFactory = (task: EngineTask) => Promise<Engine>;

/** An environment error: the device is missing, was lost, ran out of memory. The message is a sentence for people. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
