import type { RandomSequence } from "@convoy/foundation";

/** The random numbers of one sample for the layer of that index, from the first. */
export type SampleDraw = (layer: number) => RandomSequence;

/** One layer applied to one sample. Images are height × width × channels, in double precision. */
export interface ReferenceLayer {
  /** `draw` is there in training only. */
  forward(input: Float64Array, draw: SampleDraw | null): Float64Array;
  /**
   * Given ∂loss/∂output, adds ∂loss/∂parameters to the layer's own part of the gradient and returns ∂loss/∂input.
   * `input` and `draw` are those of the forward pass.
   */
  backward(input: Float64Array, outputGradient: Float64Array, draw: SampleDraw | null): Float64Array;
}

/** A layer's two tensors, as parts of a flat vector: of the parameters, or of the gradient. */
export interface LayerTensors {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}
