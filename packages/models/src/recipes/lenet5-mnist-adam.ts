import { lenet5 } from "../networks/lenet-5.ts";
import type { Recipe } from "../recipe.ts";

export const lenet5MnistAdam: Recipe = {
  name: "lenet5-mnist-adam",
  title: "LeNet-5 on MNIST, with Adam",
  source: "Keras run of the source documents, without departures.",
  model: lenet5,
  dataset: "mnist",
  preprocessing: { mean: [0], deviation: [1] },
  initialization: { type: "glorot-uniform" },
  loss: "softmax-cross-entropy",
  optimizer: { type: "keras-adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  batchSize: 32,
  epochs: 10,
  published: {
    loss: [0.2006, 0.0654, 0.0454, 0.0368, 0.0284, 0.0261, 0.0219, 0.0183, 0.0161, 0.0157],
    trainingAccuracy: [0.9386, 0.9792, 0.9856, 0.9881, 0.9909, 0.9916, 0.9927, 0.9939, 0.9948, 0.9951],
    testAccuracy: 0.9879,
  },
};
