import { alexnetOf2012 } from "../networks/alexnet-2012.ts";
import type { Recipe } from "../recipe.ts";

/** §2: the mean is subtracted, and intensities stay as large as bytes are. Weights of 0.01 are meant for that. */
const byte = 1 / 255;

export const alexnetOf2012OnCifar10: Recipe = {
  name: "alexnet-2012",
  title: "AlexNet of 2012 on CIFAR-10",
  source:
    "Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural networks, NIPS 2012. Departures: " +
    "CIFAR-10, enlarged to 256×256, with 10 classes instead of ImageNet; crops of 227×227, which the network's own sizes ask for, instead " +
    "of 224×224; convolutions that see all channels instead of two groups; the mean of each channel instead of each pixel; no changes of colour; " +
    "tested on the crop from the centre instead of ten; a constant learning rate instead of three divisions by 10 when the " +
    "error stands still; weight decay of biases too; 10 epochs instead of about 90.",
  model: alexnetOf2012(10),
  dataset: "cifar10",
  preprocessing: {
    imageShape: [32, 32, 3],
    resize: { height: 256, width: 256 },
    crop: { height: 227, width: 227, place: "random" },
    flip: "random",
    mean: [0.4914, 0.4822, 0.4465],
    deviation: [byte, byte, byte],
  },
  /** §5: biases of 1 give the first ReLUs positive inputs, in these layers. */
  initialization: {
    type: "gaussian",
    deviation: 0.01,
    biasOf: { convolution2: 1, convolution4: 1, convolution5: 1, dense1: 1, dense2: 1 },
  },
  loss: "softmax-cross-entropy",
  optimizer: { type: "sgd", learningRate: 0.01, momentum: 0.9, weightDecay: 0.0005 },
  batchSize: 128,
  epochs: 10,
};
