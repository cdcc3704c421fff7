import type { NormalizationLayer } from "@convoy/models";
import * as tf from "@tensorflow/tfjs-core";

type Save = (tensors: tf.Tensor[]) => void;

/**
 * y = x · d^−β with d = bias + α · (x² · B), and the gradient g · d^−β − 2αβ · x · ((g · x · d^−β / d) · B), where the
 * matrix B (channels × channels) has ones where two channels lie within reach of each other. As matrix products,
 * because the stock gradient on webgpu goes through all pairs of channels for every single value.
 */
export function localResponseNormalization(value: tf.Tensor4D, layer: NormalizationLayer): tf.Tensor4D {
  const { size, bias, alpha, beta } = layer;
  const channels = value.shape[3];
  const normalize = tf.customGrad((...args: unknown[]) => {
    const [x, save] = args as [tf.Tensor2D, Save];
    const neighbours = withinReach(channels, (size - 1) / 2);
    const divisor = tf.add(tf.mul(tf.matMul(tf.square(x), neighbours), alpha), bias);
    const factor = tf.exp(tf.mul(tf.log(divisor), -beta));
    save([x, neighbours, divisor, factor]);
    return {
      value: tf.mul(x, factor),
      gradFunc: (outputGradient: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, neighbours, divisor, factor] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        const scaled = tf.mul(outputGradient, factor);
        const shared = tf.matMul(tf.div(tf.mul(scaled, x), divisor) as tf.Tensor2D, neighbours);
        return tf.sub(scaled, tf.mul(tf.mul(x, shared), 2 * alpha * beta));
      },
    };
  });
  const pixels = tf.reshape(value, [-1, channels]);
  return tf.reshape(normalize(pixels), value.shape);
}

function withinReach(channels: number, reach: number): tf.Tensor2D {
  const values = new Float32Array(channels * channels);
  for (let channel = 0; channel < channels; channel++) {
    const begin = Math.max(0, channel - reach);
    const end = Math.min(channels, channel + reach + 1);
    values.fill(1, channel * channels + begin, channel * channels + end);
  }
  return tf.tensor2d(values, [channels, channels]);
}
