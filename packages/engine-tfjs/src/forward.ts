import type { Layer, ModelSpecification } from "@convoy/models";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Builds the model from its specification: from images (count × height × width × channels) to logits
 * (count × classes). `parameters` are the tensors of the model's layout, in its order.
 */
export function forward(model: ModelSpecification, images: tf.Tensor4D, parameters: readonly tf.Tensor[]): tf.Tensor2D {
  const remaining = [...parameters];
  let value: tf.Tensor = images;
  for (const layer of model.layers) value = applyLayer(layer, value, remaining);
  return value as tf.Tensor2D;
}

/** Takes the layer's own parameters, weights then bias, from the front of `remaining`. */
function applyLayer(layer: Layer, value: tf.Tensor, remaining: tf.Tensor[]): tf.Tensor {
  switch (layer.type) {
    case "convolution": {
      const filter = remaining.shift() as tf.Tensor4D;
      const bias = remaining.shift() as tf.Tensor1D;
      return tf.add(tf.conv2d(value as tf.Tensor4D, filter, layer.stride, layer.padding), bias);
    }
    case "max-pool":
      return tf.maxPool(value as tf.Tensor4D, layer.window, layer.stride, layer.padding);
    case "relu":
      return tf.relu(value);
    case "flatten":
      return tf.reshape(value, [value.shape[0] as number, -1]);
    case "dense": {
      const weights = remaining.shift() as tf.Tensor2D;
      const bias = remaining.shift() as tf.Tensor1D;
      return tf.add(tf.matMul(value as tf.Tensor2D, weights), bias);
    }
  }
}
