import { type Batch, dropoutSequence, dropoutThreshold } from "@convoy/engine";
import * as tf from "@tensorflow/tfjs-core";

/** The mask is drawn here, by the batch's own numbers: tf.dropout draws others on every device. */
export function dropout(value: tf.Tensor, rate: number, layer: number, training: Batch | null): tf.Tensor {
  if (training === null || rate === 0) return value;
  const threshold = dropoutThreshold(rate);
  const mask = new Float32Array(value.size);
  const length = value.size / training.count;
  for (let sample = 0; sample < training.count; sample++) {
    const random = dropoutSequence(training, sample, layer);
    for (let i = 0; i < length; i++) {
      mask[sample * length + i] = random.uint32() < threshold ? 0 : 1 / (1 - rate);
    }
  }
  return tf.mul(value, tf.tensor(mask, value.shape));
}
