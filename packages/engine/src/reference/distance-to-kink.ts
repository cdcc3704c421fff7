/**
 * How near a training batch comes to a kink of its network, where the gradient jumps: a ReLU at zero, or the two first of
 * a window's values equal. There single precision may round to the other side, and engines that are right give different
 * gradients: one activation of two million moves the whole gradient of AlexNet by a thousandth.
 */
import { elementCount, type Layer, modelShapes, type Shape } from "@convoy/models";
import type { Batch, EngineTask } from "../engine.ts";
import { preprocessBatch } from "../preprocess.ts";
import { dropoutSequence } from "../sample-draws.ts";
import { forEachPixel, type WindowGeometry, windowGeometry } from "../window-geometry.ts";
import { at } from "./elements.ts";
import { referenceLayers } from "./reference-layers.ts";

/**
 * The smallest over all samples and layers, relative to the root of the mean square of what the layer was given; in
 * double precision. Infinity of a network without kinks. Values that are equal to the last bit come from equal inputs (a
 * ReLU's zeros, a margin of black): they round alike, and the first of them takes the gradient.
 */
export function distanceToKink(task: EngineTask, parameters: Float32Array, batch: Batch): number {
  const { model } = task;
  const shapes = [model.inputShape, ...modelShapes(model)];
  const layers = referenceLayers(model, Float64Array.from(parameters), new Float64Array(parameters.length));
  const length = elementCount(model.inputShape);
  const inputs = new Float64Array(batch.count * length);
  preprocessBatch(task, batch, true, inputs);
  let smallest = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < batch.count; sample++) {
    let activation: Float64Array = inputs.subarray(sample * length, (sample + 1) * length);
    layers.forEach((layer, index) => {
      const [input, output] = [shapes[index], shapes[index + 1]] as [Shape, Shape];
      smallest = Math.min(smallest, distanceIn(model.layers[index] as Layer, activation, input, output));
      activation = layer.forward(activation, (ofLayer) => dropoutSequence(batch, sample, ofLayer));
    });
  }
  return smallest;
}

function distanceIn(layer: Layer, values: Float64Array, input: Shape, output: Shape): number {
  switch (layer.type) {
    case "relu":
      return smallestOf(values) / sizeOf(values);
    case "max-pool":
    case "min-pool":
      return smallestGap(windowGeometry(layer, input, output), values, layer.type) / sizeOf(values);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function smallestOf(values: Float64Array): number {
  return values.reduce((smallest, value) => Math.min(smallest, Math.abs(value)), Number.POSITIVE_INFINITY);
}

function sizeOf(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** Between the first and the second of a window's values, the smallest of all windows. */
function smallestGap(geometry: WindowGeometry, values: Float64Array, type: "max-pool" | "min-pool"): number {
  const sign = type === "max-pool" ? 1 : -1;
  const count = geometry.outputHeight * geometry.outputWidth * geometry.outputChannels;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    let [first, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    forEachPixel(geometry, i, (index) => {
      const value = sign * at(values, index);
      if (value > first) [first, second] = [value, first];
      else second = Math.max(second, value);
    });
    if (first !== second) smallest = Math.min(smallest, first - second);
  }
  return smallest;
}
