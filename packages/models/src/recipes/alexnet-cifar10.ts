import { alexnet } from "../networks/alexnet.ts";
import type { Recipe } from "../recipe.ts";

export const alexnetCifar10: Recipe = {
  name: "alexnet-cifar10",
  title: "AlexNet on CIFAR-10",
  source:
    "PyTorch run of the source documents: bilinear resizing with half-pixel centres, the mean and deviation of ImageNet. " +
    "Departure: none is known; resized pictures are not rounded to whole bytes.",
  model: alexnet,
  dataset: "cifar10",
  preprocessing: {
    imageShape: [32, 32, 3],
    resize: { height: 224, width: 224 },
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
  },
  initialization: { type: "pytorch-default" },
  loss: "softmax-cross-entropy",
  optimizer: { type: "sgd", learningRate: 0.001, momentum: 0.9 },
  batchSize: 64,
  epochs: 10,
  published: {
    loss: [2.296, 2.032, 1.687, 1.496, 1.36, 1.245, 1.139, 1.04, 0.954, 0.874],
    testAccuracy: 0.687,
  },
};
