import { alexnetSmall } from "../networks/alexnet-small.ts";
import type { Recipe } from "../recipe.ts";

export const alexnetCifar10SmallCollapse: Recipe = {
  name: "alexnet-cifar10-small-collapse",
  title: "A small AlexNet on CIFAR-10 that never learns",
  source:
    "Keras run of the source documents, without departures. It was published as one that never learns: its loss stays at " +
    "that of guessing, the logarithm of 10. The recipe alexnet-cifar10-small is the same network, repaired.",
  model: alexnetSmall,
  dataset: "cifar10",
  preprocessing: { mean: [0, 0, 0], deviation: [1, 1, 1] },
  initialization: { type: "glorot-uniform" },
  loss: "softmax-cross-entropy",
  optimizer: { type: "keras-adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  batchSize: 32,
  epochs: 10,
  published: {
    loss: [2.3027, 2.3028, 2.3028, 2.3028, 2.3028, 2.3028, 2.3028, 2.3028, 2.3028, 2.3028],
    testAccuracy: 0.1,
  },
};
