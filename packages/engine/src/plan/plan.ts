/**
 * A model compiled for a batch size: a fixed list of fused operations over preallocated buffers. Pure data; executors
 * (WGSL, WASM) decide how each operation is done, not which there are.
 *
 * Parameters and gradients are each one flat vector in the canonical order; operations name ranges of them. All other
 * tensors are buffers of one arena. Images are height × width × channels, samples lie one after the other.
 */
import type { ImageShape, ModelSpecification } from "@convoy/models";
import type { WindowGeometry } from "../window-geometry.ts";

/** Index into `Plan.buffers`. */
export type BufferId = number;

/**
 * What the elements are: 32-bit floats; or which place of its window an output was taken from, counted by rows, in as
 * many bytes as the plan says.
 */
export type BufferType = "float" | "place";

export interface PlanBuffer {
  readonly name: string;
  readonly type: BufferType;
  /** Elements of one sample. */
  readonly elements: number;
  /** First and last operation that uses it, counted through `forward` and then `backward`. */
  readonly firstUse: number;
  readonly lastUse: number;
  /** First byte in the arena, a multiple of 256, and how many there are for the whole batch. */
  readonly offset: number;
  readonly bytes: number;
}

/** Elements of a flat vector of parameters or gradients. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

export type Activation = "relu" | "sigmoid" | "tanh";
export type Extreme = "max" | "min";

/**
 * The activation whose output a buffer is. A gradient with respect to that buffer is at once multiplied by the
 * activation's slope, which all three give from their output y: y > 0, y (1 − y), 1 − y².
 */
export interface Through {
  readonly activation: Activation;
  readonly output: BufferId;
}

interface Layered {
  /** Index into the model's layers: the first of those that this operation does. */
  readonly layer: number;
}

interface Windowed extends Layered {
  readonly geometry: WindowGeometry;
}

export interface Preprocess {
  readonly type: "preprocess";
  readonly output: BufferId;
  readonly elements: number;
}

/** A pool behind a convolution. Every activation grows with its argument, so it may follow the pool and give the same. */
export interface FusedPool {
  readonly extreme: Extreme;
  readonly geometry: WindowGeometry;
  readonly places: BufferId;
}

/** output = activation(pool(input ∗ weights + bias)), weights window × window × in × out. */
export interface Convolution extends Windowed {
  readonly type: "convolution";
  readonly input: BufferId;
  readonly output: BufferId;
  readonly weights: Range;
  readonly bias: Range;
  readonly activation: Activation | null;
  readonly pool: FusedPool | null;
}

/** output = activation(input · weights + bias), weights in × out. */
export interface Dense extends Layered {
  readonly type: "dense";
  readonly input: BufferId;
  readonly output: BufferId;
  readonly inputCount: number;
  readonly outputCount: number;
  readonly weights: Range;
  readonly bias: Range;
  readonly activation: Activation | null;
}

/** The largest or smallest of each window, and the place it was found at: of equal values, the first. */
export interface ExtremePool extends Windowed {
  readonly type: "extreme-pool";
  readonly extreme: Extreme;
  readonly input: BufferId;
  readonly output: BufferId;
  readonly places: BufferId;
}

export interface AveragePool extends Windowed {
  readonly type: "average-pool";
  readonly input: BufferId;
  readonly output: BufferId;
  readonly countPadding: boolean;
}

export interface AdaptiveAveragePool extends Layered {
  readonly type: "adaptive-average-pool";
  readonly input: BufferId;
  readonly output: BufferId;
  readonly inputShape: ImageShape;
  readonly outputShape: ImageShape;
}

/** An activation that no other operation could take along. */
export interface ActivationAlone extends Layered {
  readonly type: "activation";
  readonly activation: Activation;
  readonly input: BufferId;
  readonly output: BufferId;
  readonly elements: number;
}

/** Local response normalisation, see the reference for its formula. */
export interface Normalization extends Layered {
  readonly type: "normalization";
  readonly input: BufferId;
  readonly output: BufferId;
  readonly pixels: number;
  readonly channels: number;
  readonly size: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** In evaluation, a copy. */
export interface Dropout extends Layered {
  readonly type: "dropout";
  readonly input: BufferId;
  readonly output: BufferId;
  readonly elements: number;
  readonly rate: number;
}

/** Softmax cross-entropy: the sum of losses, how many samples are right, softmax(logits) − onehot(label). */
export interface Loss {
  readonly type: "loss";
  readonly logits: BufferId;
  readonly logitsGradient: BufferId;
  readonly through: Through | null;
  readonly classCount: number;
}

export type ForwardOperation =
  | Preprocess
  | Convolution
  | Dense
  | ExtremePool
  | AveragePool
  | AdaptiveAveragePool
  | ActivationAlone
  | Normalization
  | Dropout
  | Loss;

/** Of a convolution, without its pool and activation: Σ over samples and pixels, for weights and bias. */
export interface ConvolutionParameterGradient extends Windowed {
  readonly type: "convolution-parameter-gradient";
  readonly input: BufferId;
  readonly outputGradient: BufferId;
  readonly weights: Range;
  readonly bias: Range;
}

interface Backward {
  readonly outputGradient: BufferId;
  readonly inputGradient: BufferId;
  readonly through: Through | null;
}

export interface ConvolutionInputGradient extends Windowed, Backward {
  readonly type: "convolution-input-gradient";
  readonly weights: Range;
}

export interface DenseParameterGradient extends Layered {
  readonly type: "dense-parameter-gradient";
  readonly input: BufferId;
  readonly outputGradient: BufferId;
  readonly inputCount: number;
  readonly outputCount: number;
  readonly weights: Range;
  readonly bias: Range;
}

export interface DenseInputGradient extends Layered, Backward {
  readonly type: "dense-input-gradient";
  readonly inputCount: number;
  readonly outputCount: number;
  readonly weights: Range;
}

/** Of a pool by itself or behind a convolution: each gradient goes to the place that was chosen. */
export interface ExtremePoolGradient extends Windowed, Backward {
  readonly type: "extreme-pool-gradient";
  readonly places: BufferId;
}

export interface AveragePoolGradient extends Windowed, Backward {
  readonly type: "average-pool-gradient";
  readonly countPadding: boolean;
}

export interface AdaptiveAveragePoolGradient extends Layered, Backward {
  readonly type: "adaptive-average-pool-gradient";
  readonly inputShape: ImageShape;
  readonly outputShape: ImageShape;
}

export interface ActivationGradient extends Layered, Backward {
  readonly type: "activation-gradient";
  readonly activation: Activation;
  readonly output: BufferId;
  readonly elements: number;
}

export interface NormalizationGradient extends Layered, Backward {
  readonly type: "normalization-gradient";
  readonly input: BufferId;
  readonly pixels: number;
  readonly channels: number;
  readonly size: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

export interface DropoutGradient extends Layered, Backward {
  readonly type: "dropout-gradient";
  readonly elements: number;
  readonly rate: number;
}

export type BackwardOperation =
  | ConvolutionParameterGradient
  | ConvolutionInputGradient
  | DenseParameterGradient
  | DenseInputGradient
  | ExtremePoolGradient
  | AveragePoolGradient
  | AdaptiveAveragePoolGradient
  | ActivationGradient
  | NormalizationGradient
  | DropoutGradient;

export type Operation = ForwardOperation | BackwardOperation;

export interface Plan {
  readonly model: ModelSpecification;
  /** The most samples that it can be run with. */
  readonly batchSize: number;
  readonly placeBytes: number;
  /** Elements of the flat vectors of parameters and gradients. */
  readonly parameterCount: number;
  readonly buffers: readonly PlanBuffer[];
  readonly arenaBytes: number;
  /** Ends with the loss. An evaluation runs these only. */
  readonly forward: readonly ForwardOperation[];
  readonly backward: readonly BackwardOperation[];
}
