import { lenet5 } from "../networks/lenet-5.ts";
import type { Recipe } from "../recipe.ts";

export const lenet5Mnist: Recipe = {
  name: "lenet5-mnist",
  title: "LeNet-5 on MNIST",
  source: "PyTorch run of the source documents, without departures.",
  model: lenet5,
  dataset: "mnist",
  preprocessing: { mean: [0.5], deviation: [0.5] },
  initialization: { type: "pytorch-default" },
  loss: "softmax-cross-entropy",
  optimizer: { type: "sgd", learningRate: 0.001, momentum: 0.9 },
  batchSize: 64,
  epochs: 10,
  published: {
    loss: [1.93, 0.348, 0.19, 0.139, 0.112, 0.094, 0.083, 0.075, 0.067, 0.062],
    testAccuracy: 0.9819,
  },
};
