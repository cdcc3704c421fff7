import {
  elementCount,
  type ImageShape,
  type Layer,
  type NormalizationLayer,
  type WindowPoolLayer,
} from "@convoy/models";
import { windowGeometry } from "../window-geometry.ts";
import type { ExtremePoolLayer, LayerWalk, Placed } from "./layer-walk.ts";
import type { Activation, BackwardOperation, BufferId, ForwardOperation, Through } from "./plan.ts";
import type { Value } from "./plan-builder.ts";

type AveragePoolLayer = Extract<WindowPoolLayer, { type: "average-pool" }>;

/** Where a gradient comes from and where it goes. */
interface Flow {
  readonly outputGradient: BufferId;
  readonly inputGradient: BufferId;
  readonly through: Through | null;
}

/** Adds an operation and its way back, which is left out where no parameters lie behind. */
function addPair(
  { builder }: LayerWalk,
  input: Value,
  forward: ForwardOperation,
  backward: (flow: Flow) => BackwardOperation,
): void {
  builder.addForward(forward, (outputGradient) => {
    if (!input.hasParameters) return null;
    const target = builder.gradientOf(input);
    builder.addBackward(backward({ outputGradient, ...target }));
    return target.inputGradient;
  });
}

export function compileExtremePool(walk: LayerWalk, placed: Placed<ExtremePoolLayer>, input: Value): Value {
  const { layer, index } = placed;
  const output = walk.output(placed, input);
  const geometry = windowGeometry(layer, input.shape, output.shape);
  const common = { layer: index, geometry, places: walk.places(placed) };
  const extreme = layer.type === "max-pool" ? "max" : "min";
  addPair(
    walk,
    input,
    { type: "extreme-pool", ...common, extreme, input: input.buffer, output: output.buffer },
    (flow) => ({ type: "extreme-pool-gradient", ...common, ...flow }),
  );
  return output;
}

export function compileAveragePool(walk: LayerWalk, placed: Placed<AveragePoolLayer>, input: Value): Value {
  const { layer, index } = placed;
  const output = walk.output(placed, input);
  const geometry = windowGeometry(layer, input.shape, output.shape);
  const common = { layer: index, geometry, countPadding: layer.countPadding };
  addPair(walk, input, { type: "average-pool", ...common, input: input.buffer, output: output.buffer }, (flow) => ({
    type: "average-pool-gradient",
    ...common,
    ...flow,
  }));
  return output;
}

/** Nothing where every window is one pixel. */
export function compileAdaptiveAveragePool(walk: LayerWalk, placed: Placed, input: Value): Value {
  const inputShape = input.shape as ImageShape;
  const outputShape = walk.shapeAfter(placed.index) as ImageShape;
  if (inputShape[0] === outputShape[0] && inputShape[1] === outputShape[1]) return input;
  const output = walk.output(placed, input);
  const common = { layer: placed.index, inputShape, outputShape };
  addPair(
    walk,
    input,
    { type: "adaptive-average-pool", ...common, input: input.buffer, output: output.buffer },
    (flow) => ({ type: "adaptive-average-pool-gradient", ...common, ...flow }),
  );
  return output;
}

/** An activation that nothing before it could take along. */
export function compileActivation(
  walk: LayerWalk,
  placed: Placed<Extract<Layer, { type: Activation }>>,
  input: Value,
): Value {
  const output = walk.output(placed, input);
  const elements = elementCount(input.shape);
  const common = { layer: placed.index, activation: placed.layer.type, output: output.buffer, elements };
  addPair(walk, input, { type: "activation", ...common, input: input.buffer }, (flow) => ({
    type: "activation-gradient",
    ...common,
    ...flow,
  }));
  return output;
}

export function compileNormalization(walk: LayerWalk, placed: Placed<NormalizationLayer>, input: Value): Value {
  const output = walk.output(placed, input);
  const [height, width, channels] = input.shape as ImageShape;
  const { size, bias, alpha, beta } = placed.layer;
  const sizes = { pixels: height * width, channels, size, bias, alpha, beta };
  const common = { layer: placed.index, input: input.buffer, ...sizes };
  addPair(walk, input, { type: "normalization", ...common, output: output.buffer }, (flow) => ({
    type: "normalization-gradient",
    ...common,
    ...flow,
  }));
  return output;
}

/** Nothing at a rate of zero. */
export function compileDropout(
  walk: LayerWalk,
  placed: Placed<Extract<Layer, { type: "dropout" }>>,
  input: Value,
): Value {
  const { rate } = placed.layer;
  if (rate === 0) return input;
  const output = walk.output(placed, input);
  const common = { layer: placed.index, elements: elementCount(input.shape), rate };
  addPair(walk, input, { type: "dropout", ...common, input: input.buffer, output: output.buffer }, (flow) => ({
    type: "dropout-gradient",
    ...common,
    ...flow,
  }));
  return output;
}
