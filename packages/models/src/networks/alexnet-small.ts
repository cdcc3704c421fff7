import type { Layer } from "../layer.ts";
import type { ModelSpecification } from "../model.ts";

const convolution = (channels: number, stride: number): Layer[] => [
  { type: "convolution", channels, window: 3, stride, padding: "same" },
  { type: "relu" },
];
const halve: Layer = { type: "max-pool", window: 2, stride: 2, padding: "valid" };
const features: Layer[] = [
  ...convolution(96, 4),
  halve,
  ...convolution(256, 1),
  halve,
  ...convolution(384, 1),
  ...convolution(384, 1),
  ...convolution(256, 1),
  halve,
  { type: "flatten" },
];
const wide: Layer[] = [{ type: "dense", units: 4096 }, { type: "relu" }];
const scores: Layer = { type: "dense", units: 10 };

/** AlexNet cut down to pictures of 32×32, as the source documents have it. 21,196,682 parameters. */
export const alexnetSmall: ModelSpecification = {
  name: "alexnet-small",
  inputShape: [32, 32, 3],
  layers: [...features, ...wide, ...wide, scores],
  classCount: 10,
};

const dropout: Layer = { type: "dropout", rate: 0.5 };

/**
 * With half of what both wide dense layers give left out in training. `alexnet` leaves out half of their inputs; here the first has
 * 256 of them, and can spare none. The same parameters.
 */
export const alexnetSmallWithDropout: ModelSpecification = {
  ...alexnetSmall,
  name: "alexnet-small-dropout",
  layers: [...features, ...wide, dropout, ...wide, dropout, scores],
};
