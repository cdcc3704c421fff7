import type { ModelSpecification } from "../model.ts";

/**
 * LeNet-5 as it is taught today, after LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
 * recognition", Proc. IEEE 86(11), 1998. 44,426 parameters.
 *
 * Departures from the paper: 28×28 input without padding instead of 32×32, ReLU instead of a scaled tanh, max-pooling
 * instead of trainable subsampling, every feature map of the second convolution sees all of the first, and a softmax
 * instead of radial basis functions.
 */
export const lenet5: ModelSpecification = {
  name: "lenet-5",
  inputShape: [28, 28, 1],
  layers: [
    { type: "convolution", channels: 6, window: 5, stride: 1, padding: "valid" },
    { type: "relu" },
    { type: "max-pool", window: 2, stride: 2, padding: "valid" },
    { type: "convolution", channels: 16, window: 5, stride: 1, padding: "valid" },
    { type: "relu" },
    { type: "max-pool", window: 2, stride: 2, padding: "valid" },
    { type: "flatten" },
    { type: "dense", units: 120 },
    { type: "relu" },
    { type: "dense", units: 84 },
    { type: "relu" },
    { type: "dense", units: 10 },
  ],
  classCount: 10,
};
