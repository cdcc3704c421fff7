import { alexnetSmallWithDropout } from "../networks/alexnet-small.ts";
import type { Recipe } from "../recipe.ts";

export const alexnetCifar10Small: Recipe = {
  name: "alexnet-cifar10-small",
  title: "A small AlexNet on CIFAR-10",
  source:
    "The layers and sizes of alexnet-cifar10-small-collapse, which never learns, repaired. Departures from it: He's " +
    "initialisation instead of Glorot's, mean and deviation of each channel of CIFAR-10's training set, random crops of pictures with a " +
    "margin of 4 pixels, reflections, dropout of 0.5 behind both wide dense layers, PyTorch's Adam at 0.0004 instead of Keras' " +
    "at 0.001, with a warm-up and a cosine, and 14 epochs with batches of 128 instead of 10 with 32. Nobody has published it; " +
    "a PyTorch control with such settings had 65.2 % of the test set right. How long the warm-up lasts, and that the normal " +
    "distribution is truncated, is our choice.",
  model: alexnetSmallWithDropout,
  dataset: "cifar10",
  preprocessing: {
    pad: 4,
    crop: { height: 32, width: 32, place: "random" },
    flip: "random",
    mean: [0.4914, 0.4822, 0.4465],
    deviation: [0.247, 0.2435, 0.2616],
  },
  initialization: { type: "he-normal" },
  loss: "softmax-cross-entropy",
  optimizer: { type: "adam", learningRate: 0.0004, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  schedule: { type: "cosine", epochs: 13, finalShare: 0, warmUp: { epochs: 1, from: 0.1 } },
  batchSize: 128,
  epochs: 14,
};
