/**
 * Average pooling as two matrix products, output = rows · input · columnsᵀ, where row i of `rows` has the shares of the
 * input's rows in output row i. A mean over a rectangle is a mean over its rows of means over its columns, so this is
 * every kind of average pooling, with one gradient for all of them. The stock kernels never count padding; their
 * gradient on cpu and webgpu always does; and they know no windows of several sizes.
 */
import { axisPadding, outputSize, type Padding, type WindowPoolLayer } from "@convoy/models";
import * as tf from "@tensorflow/tfjs-core";

type AveragePoolLayer = Extract<WindowPoolLayer, { type: "average-pool" }>;

/** The part of one axis that is averaged, end excluded, and what the sum over it is divided by. */
interface Span {
  readonly begin: number;
  readonly end: number;
  readonly divisor: number;
}

export function averagePool(value: tf.Tensor4D, layer: AveragePoolLayer): tf.Tensor4D {
  const [, height, width] = value.shape;
  return meanOfWindows(value, windowSpans(height, layer), windowSpans(width, layer));
}

export function adaptiveAveragePool(value: tf.Tensor4D, height: number, width: number): tf.Tensor4D {
  const [, inputHeight, inputWidth] = value.shape;
  if (height === inputHeight && width === inputWidth) return value;
  return meanOfWindows(value, adaptiveSpans(inputHeight, height), adaptiveSpans(inputWidth, width));
}

function windowSpans(
  inputSize: number,
  {
    window,
    stride,
    padding,
    countPadding,
  }: { window: number; stride: number; padding: Padding; countPadding: boolean },
): Span[] {
  const { before } = axisPadding(inputSize, window, stride, padding);
  return Array.from({ length: outputSize(inputSize, window, stride, padding) }, (_, i) => {
    const begin = Math.max(0, i * stride - before);
    const end = Math.min(inputSize, i * stride - before + window);
    return { begin, end, divisor: countPadding ? window : end - begin };
  });
}

/** From ⌊i·H/h⌋ to ⌈(i + 1)·H/h⌉. */
function adaptiveSpans(inputSize: number, outputSize: number): Span[] {
  return Array.from({ length: outputSize }, (_, i) => {
    const begin = Math.floor((i * inputSize) / outputSize);
    const end = Math.ceil(((i + 1) * inputSize) / outputSize);
    return { begin, end, divisor: end - begin };
  });
}

function meanOfWindows(value: tf.Tensor4D, rows: readonly Span[], columns: readonly Span[]): tf.Tensor4D {
  const [count, height, width, channels] = value.shape;
  const lines = tf.reshape(value, [count, height, width * channels]);
  const shorter = tf.matMul(shares(rows, height), lines);
  const pixels = tf.reshape(shorter, [count * rows.length, width, channels]);
  return tf.reshape(tf.matMul(shares(columns, width), pixels), [count, rows.length, columns.length, channels]);
}

/** 1 × outputs × inputs. */
function shares(spans: readonly Span[], inputSize: number): tf.Tensor3D {
  const values = new Float32Array(spans.length * inputSize);
  spans.forEach(({ begin, end, divisor }, i) => {
    values.fill(1 / divisor, i * inputSize + begin, i * inputSize + end);
  });
  return tf.tensor3d(values, [1, spans.length, inputSize]);
}
