import { elementCount, type ModelSpecification } from "@convoy/models";
import { LayerWalk, type Placed, type WalkOptions } from "./layer-walk.ts";
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

export interface PlanOptions extends Partial<WalkOptions> {
  readonly batchSize: number;
}

/**
 * Compiles a model. Throws a ShapeError where its layers do not fit together, an EngineError where a pool's windows have
 * more places than can be told apart.
 */
export function compilePlan(model: ModelSpecification, options: PlanOptions): Plan {
  const { batchSize, placeBytes = 2, fusedPools = "all" } = options;
  const walk = new LayerWalk(model, { placeBytes, fusedPools });
  const elements = elementCount(model.inputShape);
  const input = walk.builder.buffer("input", elements);
  walk.builder.addForward({ type: "preprocess", output: input, elements });
  let value: Value = { buffer: input, shape: model.inputShape, activation: null, hasParameters: false };
  for (let placed = walk.take(); placed !== null; placed = walk.take()) value = compileLayer(walk, placed, value);
  const { inputGradient: logitsGradient, through } = walk.builder.gradientOf(value);
  const { classCount } = model;
  walk.builder.addForward({ type: "loss", logits: value.buffer, logitsGradient, through, classCount });
  return walk.builder.finish(logitsGradient, { model, batchSize, placeBytes });
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
