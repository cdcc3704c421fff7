import type { Batch } from "@convoy/engine";
import { axisPadding, type ConvolutionLayer, type Layer, type ModelSpecification } from "@convoy/models";
import * as tf from "@tensorflow/tfjs-core";
import { dropout } from "./layers/dropout.ts";
import { localResponseNormalization } from "./layers/local-response-normalization.ts";
import { adaptiveAveragePool, averagePool } from "./layers/mean-of-windows.ts";

/**
 * Builds the model from its specification: from images (count × height × width × channels) to logits
 * (count × classes). `parameters` are the tensors of the model's layout, in its order; `training` is the batch that is
 * trained on, null in evaluation.
 */
export function forward(
  model: ModelSpecification,
  images: tf.Tensor4D,
  parameters: readonly tf.Tensor[],
  training: Batch | null,
): tf.Tensor2D {
  const remaining = [...parameters];
  let value: tf.Tensor = images;
  model.layers.forEach((layer, index) => {
    value =
      layer.type === "dropout"
        ? dropout(value, layer.rate, index, training)
        : applyLayer(layer, value as tf.Tensor4D, remaining);
  });
  return value as tf.Tensor as tf.Tensor2D;
}

/** Takes the layer's own parameters, weights then bias, from the front of `remaining`. */
function applyLayer(layer: Exclude<Layer, { type: "dropout" }>, value: tf.Tensor4D, remaining: tf.Tensor[]): tf.Tensor {
  switch (layer.type) {
    case "convolution": {
      const filter = remaining.shift() as tf.Tensor4D;
      const bias = remaining.shift() as tf.Tensor1D;
      return tf.add(tf.conv2d(value, filter, layer.stride, paddingOf(value, layer)), bias);
    }
    case "max-pool":
      return tf.maxPool(value, layer.window, layer.stride, layer.padding);
    case "min-pool":
      // Keeps the order of equal values, so that a tie goes where it goes in max-pool.
      return tf.neg(tf.maxPool(tf.neg(value), layer.window, layer.stride, layer.padding));
    case "average-pool":
      return averagePool(value, layer);
    case "adaptive-average-pool":
      return adaptiveAveragePool(value, layer.height, layer.width);
    case "relu":
      return tf.relu(value);
    case "sigmoid":
      return tf.sigmoid(value);
    case "tanh":
      return tf.tanh(value);
    case "local-response-normalization":
      return localResponseNormalization(value, layer);
    case "flatten":
      return tf.reshape(value, [value.shape[0], -1]);
    case "dense": {
      const weights = remaining.shift() as tf.Tensor2D;
      const bias = remaining.shift() as tf.Tensor1D;
      return tf.add(tf.matMul(value as tf.Tensor, weights), bias);
    }
  }
}

/**
 * "same" in pixels. tfjs-wasm, told "same" by name, reads somewhere else altogether where the stride goes beyond the
 * window: it takes the negative padding of the last window for a very large one.
 */
function paddingOf(value: tf.Tensor4D, { window, stride, padding }: ConvolutionLayer) {
  if (padding !== "same") return padding;
  const [, height, width] = value.shape;
  const [rows, columns] = [height, width].map((size): [number, number] => {
    const { before, after } = axisPadding(size, window, stride, padding);
    return [before, after];
  }) as [[number, number], [number, number]];
  return [[0, 0], rows, columns, [0, 0]] as tf.backend_util.ExplicitPadding;
}
