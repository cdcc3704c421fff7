import { elementCount, type ModelSpecification } from "@convoy/models";
import { LayerWalk, type Placed, type PoolFusion } from "./layer-walk.ts";
import { compileConvolution, compileDense } from "./layers-with-parameters.ts";
import {
  compileActivation,
  compileAdaptiveAveragePool,
  compileAveragePool,
  compileDropout,
  compileExtremePool,
  compileNormalization,
} from "./layers-without-parameters.ts";
import type { Plan } from "./plan.ts";
import type { Value } from "./plan-builder.ts";

export interface PlanOptions {
  readonly batchSize: number;
  /** Bytes of an element that names a place in a window: 2 (the default) for windows of up to 255 × 255. */
  readonly placeBytes?: 1 | 2 | 4;
  /** Of the arena's buffers, in bytes; 256 unless told. */
  readonly alignment?: number;
  /** "all" unless told. */
  readonly fusedPools?: PoolFusion;
}

/** Compiles a model. Throws a ShapeError where its layers do not fit together. */
export function compilePlan(model: ModelSpecification, options: PlanOptions): Plan {
  const { batchSize, placeBytes = 2, alignment = 256, fusedPools = "all" } = options;
  const walk = new LayerWalk(model, fusedPools);
  const elements = elementCount(model.inputShape);
  const input = walk.builder.buffer("input", elements);
  walk.builder.addForward({ type: "preprocess", output: input, elements });
  let value: Value = { buffer: input, shape: model.inputShape, activation: null, hasParameters: false };
  for (let placed = walk.take(); placed !== null; placed = walk.take()) value = compileLayer(walk, placed, value);
  const { inputGradient: logitsGradient, through } = walk.builder.gradientOf(value);
  const { classCount } = model;
  walk.builder.addForward({ type: "loss", logits: value.buffer, logitsGradient, through, classCount });
  return walk.builder.finish(logitsGradient, { model, batchSize, placeBytes }, alignment);
}

/** Compiles a layer, with those behind it that can be done along with it. */
function compileLayer(walk: LayerWalk, { layer, index }: Placed, input: Value): Value {
  switch (layer.type) {
    case "convolution":
      return compileConvolution(walk, { layer, index }, input);
    case "dense":
      return compileDense(walk, { layer, index }, input);
    case "max-pool":
    case "min-pool":
      return compileExtremePool(walk, { layer, index }, input);
    case "average-pool":
      return compileAveragePool(walk, { layer, index }, input);
    case "adaptive-average-pool":
      return compileAdaptiveAveragePool(walk, { layer, index }, input);
    case "relu":
    case "sigmoid":
    case "tanh":
      return compileActivation(walk, { layer, index }, input);
    case "local-response-normalization":
      return compileNormalization(walk, { layer, index }, input);
    case "dropout":
      return compileDropout(walk, { layer, index }, input);
    case "flatten":
      return { ...input, shape: walk.shapeAfter(index) };
  }
}
