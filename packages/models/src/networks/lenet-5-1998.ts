import type { ModelSpecification } from "../model.ts";

/**
 * LeNet-5 nearer to the paper than `lenet5`, as the source documents describe it: LeCun, Bottou, Bengio, Haffner,
 * "Gradient-based learning applied to document recognition", Proc. IEEE 86(11), 1998. 61,706 parameters.
 *
 * Departures from the paper: sigmoid instead of a scaled tanh, max-pooling instead of trainable subsampling, every
 * feature map of the second convolution sees all of the first, and a softmax instead of radial basis functions.
 */
export const lenet5of1998: ModelSpecification = {
  name: "lenet-5-1998",
  inputShape: [32, 32, 1],
  layers: [
    { type: "convolution", channels: 6, window: 5, stride: 1, padding: "valid" },
    { type: "sigmoid" },
    { type: "max-pool", window: 2, stride: 2, padding: "valid" },
    { type: "convolution", channels: 16, window: 5, stride: 1, padding: "valid" },
    { type: "sigmoid" },
    { type: "max-pool", window: 2, stride: 2, padding: "valid" },
    { type: "flatten" },
    { type: "dense", units: 120 },
    { type: "sigmoid" },
    { type: "dense", units: 84 },
    { type: "sigmoid" },
    { type: "dense", units: 10 },
  ],
  classCount: 10,
};
