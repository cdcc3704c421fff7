import type { Layer } from "../layer.ts";
import type { ModelSpecification } from "../model.ts";

/** §3.3 of the paper. */
const normalization: Layer = { type: "local-response-normalization", size: 5, bias: 2, alpha: 1e-4, beta: 0.75 };
/** §3.4: windows of 3 every 2 pixels overlap. */
const pool: Layer = { type: "max-pool", window: 3, stride: 2, padding: "valid" };

/**
 * The network of Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks",
 * NIPS 2012. 62,378,344 parameters with the paper's 1000 classes.
 *
 * Departure: every convolution sees all channels, where the paper kept two groups on two GPUs apart in the second,
 * fourth and fifth.
 */
export function alexnetOf2012(classCount: number): ModelSpecification {
  return {
    name: "alexnet-2012",
    inputShape: [227, 227, 3],
    layers: [
      { type: "convolution", channels: 96, window: 11, stride: 4, padding: "valid" },
      { type: "relu" },
      normalization,
      pool,
      { type: "convolution", channels: 256, window: 5, stride: 1, padding: 2 },
      { type: "relu" },
      normalization,
      pool,
      { type: "convolution", channels: 384, window: 3, stride: 1, padding: 1 },
      { type: "relu" },
      { type: "convolution", channels: 384, window: 3, stride: 1, padding: 1 },
      { type: "relu" },
      { type: "convolution", channels: 256, window: 3, stride: 1, padding: 1 },
      { type: "relu" },
      pool,
      { type: "flatten" },
      { type: "dense", units: 4096 },
      { type: "relu" },
      { type: "dropout", rate: 0.5 },
      { type: "dense", units: 4096 },
      { type: "relu" },
      { type: "dropout", rate: 0.5 },
      { type: "dense", units: classCount },
    ],
    classCount,
  };
}
