import type { ModelSpecification } from "../model.ts";

/**
 * AlexNet as PyTorch's torchvision has it, after Krizhevsky, "One weird trick for parallelizing convolutional neural
 * networks", 2014 (arXiv 1404.5997), for 10 classes. 57,044,810 parameters.
 */
export const alexnet: ModelSpecification = {
  name: "alexnet",
  inputShape: [224, 224, 3],
  layers: [
    { type: "convolution", channels: 64, window: 11, stride: 4, padding: 2 },
    { type: "relu" },
    { type: "max-pool", window: 3, stride: 2, padding: "valid" },
    { type: "convolution", channels: 192, window: 5, stride: 1, padding: 2 },
    { type: "relu" },
    { type: "max-pool", window: 3, stride: 2, padding: "valid" },
    { type: "convolution", channels: 384, window: 3, stride: 1, padding: 1 },
    { type: "relu" },
    { type: "convolution", channels: 256, window: 3, stride: 1, padding: 1 },
    { type: "relu" },
    { type: "convolution", channels: 256, window: 3, stride: 1, padding: 1 },
    { type: "relu" },
    { type: "max-pool", window: 3, stride: 2, padding: "valid" },
    { type: "adaptive-average-pool", height: 6, width: 6 },
    { type: "flatten" },
    { type: "dropout", rate: 0.5 },
    { type: "dense", units: 4096 },
    { type: "relu" },
    { type: "dropout", rate: 0.5 },
    { type: "dense", units: 4096 },
    { type: "relu" },
    { type: "dense", units: 10 },
  ],
  classCount: 10,
};
