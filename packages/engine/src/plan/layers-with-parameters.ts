import { type ConvolutionLayer, type DenseLayer, elementCount } from "@convoy/models";
import { type WindowGeometry, windowGeometry } from "../window-geometry.ts";
import { type LayerWalk, nameOf, type Placed } from "./layer-walk.ts";
import type { BufferId, FusedPool } from "./plan.ts";
import type { Value } from "./plan-builder.ts";

/** Takes along an activation, a pool, or both in either order. */
export function compileConvolution(walk: LayerWalk, placed: Placed<ConvolutionLayer>, input: Value): Value {
  const { layer, index } = placed;
  const { builder } = walk;
  const geometry = windowGeometry(layer, input.shape, walk.shapeAfter(index));
  const before = walk.takeActivation();
  const pool = walk.takePool();
  const activation = before ?? (pool === null ? null : walk.takeActivation());
  const output = walk.outputWithParameters(placed, activation);
  const { weights, bias } = builder.parametersOf(index);
  const common = { layer: index, geometry, weights };
  builder.addForward(
    { type: "convolution", ...common, bias, input: input.buffer, output: output.buffer, activation, pool },
    (gradient) => {
      const outputGradient = pool === null ? gradient : undoPool(walk, placed, pool, gradient);
      const type = "convolution-parameter-gradient";
      builder.addBackward({ type, ...common, bias, input: input.buffer, outputGradient });
      if (!input.hasParameters) return null;
      const target = builder.gradientOf(input);
      builder.addBackward({ type: "convolution-input-gradient", ...common, outputGradient, ...target });
      return target.inputGradient;
    },
  );
  return output;
}

function undoPool(walk: LayerWalk, placed: Placed, pool: FusedPool, outputGradient: BufferId): BufferId {
  const { geometry, places } = pool;
  const name = `gradient of ${nameOf(placed)} before its pool`;
  const inputGradient = walk.builder.buffer(name, inputElements(geometry));
  walk.builder.addBackward({
    type: "extreme-pool-gradient",
    layer: placed.index,
    geometry,
    places,
    outputGradient,
    inputGradient,
    through: null,
  });
  return inputGradient;
}

function inputElements({ inputHeight, inputWidth, inputChannels }: WindowGeometry): number {
  return inputHeight * inputWidth * inputChannels;
}

/** Takes along an activation. */
export function compileDense(walk: LayerWalk, placed: Placed<DenseLayer>, input: Value): Value {
  const { layer, index } = placed;
  const { builder } = walk;
  const activation = walk.takeActivation();
  const output = walk.outputWithParameters(placed, activation);
  const { weights, bias } = builder.parametersOf(index);
  const common = { layer: index, inputCount: elementCount(input.shape), outputCount: layer.units, weights };
  builder.addForward(
    { type: "dense", ...common, bias, input: input.buffer, output: output.buffer, activation },
    (outputGradient) => {
      builder.addBackward({ type: "dense-parameter-gradient", ...common, bias, input: input.buffer, outputGradient });
      if (!input.hasParameters) return null;
      const target = builder.gradientOf(input);
      builder.addBackward({ type: "dense-input-gradient", ...common, outputGradient, ...target });
      return target.inputGradient;
    },
  );
  return output;
}
