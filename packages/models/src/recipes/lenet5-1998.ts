import { lenet5of1998 } from "../networks/lenet-5-1998.ts";
import type { Recipe } from "../recipe.ts";

/** The paper has the background at −0.1 and ink at 1.175, so that a picture's mean is about 0 and its variance about 1. */
const [background, ink] = [-0.1, 1.175];
const deviation = 1 / (ink - background);

export const lenet5Of1998: Recipe = {
  name: "lenet5-1998",
  title: "LeNet-5 of 1998 on MNIST",
  source:
    "LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition, Proc. IEEE 86(11), 1998, as the source documents describe it: " +
    "sigmoid and max-pooling. Departures from the paper: sigmoid instead of a scaled tanh, max-pooling instead of trainable subsampling, " +
    "all feature maps connected, a softmax with cross-entropy instead of radial basis functions with squared errors, Glorot's initialisation, " +
    "and Adam on batches of 64 instead of a diagonal Levenberg-Marquardt method on single samples.",
  model: lenet5of1998,
  dataset: "mnist",
  preprocessing: { imageShape: [28, 28, 1], pad: 2, mean: [-background * deviation], deviation: [deviation] },
  initialization: { type: "glorot-uniform" },
  loss: "softmax-cross-entropy",
  /** Four sigmoids in a row: SGD with 0.05 and a momentum of 0.9 was still at a loss of 2.31 after the first epoch. */
  optimizer: { type: "adam", learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  batchSize: 64,
  epochs: 10,
};
