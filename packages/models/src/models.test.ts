import { describe, expect, test } from "vitest";
import {
  alexnet,
  alexnetOf2012,
  alexnetSmall,
  axisPadding,
  findRecipe,
  type Layer,
  lenet5,
  lenet5of1998,
  type ModelSpecification,
  modelShapes,
  outputSize,
  parameterLayout,
  parseRecipe,
  recipes,
} from "./index.ts";

describe("output sizes", () => {
  test.each([
    // inputSize, window, stride, padding, expected: ⌊(W − F + 2P)/S⌋ + 1
    [28, 5, 1, "valid", 24],
    [24, 2, 2, "valid", 12],
    [224, 11, 4, 2, 55],
    [227, 11, 4, "valid", 55],
    [55, 3, 2, "valid", 27],
    [13, 3, 1, 1, 13],
    [32, 3, 4, "same", 8],
    [7, 2, 2, "same", 4],
    [7, 7, 1, "valid", 1],
    [5, 1, 3, "valid", 2],
  ] as const)("%i pixels, window %i, stride %i, padding %s give %i", (inputSize, window, stride, padding, expected) => {
    expect(outputSize(inputSize, window, stride, padding)).toBe(expected);
  });

  test("same padding puts the odd pixel at the end", () => {
    expect(axisPadding(32, 2, 1, "same")).toEqual({ before: 0, after: 1 });
    expect(axisPadding(7, 3, 2, "same")).toEqual({ before: 1, after: 1 });
    expect(axisPadding(8, 1, 4, "same")).toEqual({ before: 0, after: 0 });
  });
});

describe("shapes", () => {
  const model = (layers: Layer[]): ModelSpecification => ({ name: "m", inputShape: [8, 8, 3], layers, classCount: 4 });

  test("of LeNet-5", () => {
    expect(modelShapes(lenet5)).toEqual([
      [24, 24, 6],
      [24, 24, 6],
      [12, 12, 6],
      [8, 8, 16],
      [8, 8, 16],
      [4, 4, 16],
      [256],
      [120],
      [120],
      [84],
      [84],
      [10],
    ]);
  });

  test.each([
    [[{ type: "dense", units: 4 }], "layer 1 (dense 4), given 8×8×3, needs a vector; put a flatten layer before it."],
    [
      [{ type: "flatten" }, { type: "convolution", channels: 2, window: 3, stride: 1, padding: "valid" }],
      "layer 2 (convolution 3×3×2 stride 1 padding valid), given 192, needs an image (height × width × channels).",
    ],
    [
      [{ type: "max-pool", window: 9, stride: 1, padding: "valid" }],
      "layer 1 (max-pool 9×9 stride 1 padding valid), given 8×8×3, has a window that does not fit: the output would be 0×0.",
    ],
    [
      [{ type: "max-pool", window: 2, stride: 1, padding: 2 }],
      "layer 1 (max-pool 2×2 stride 1 padding 2), given 8×8×3, has windows that lie in the padding alone; pad at most half a window.",
    ],
    [
      [{ type: "average-pool", window: 2, stride: 1, padding: 2, countPadding: true }],
      "layer 1 (average-pool 2×2 stride 1 padding 2, zeros counted), given 8×8×3, has windows that lie in the padding alone; pad at most half a window.",
    ],
    [
      [{ type: "adaptive-average-pool", height: 9, width: 2 }],
      "layer 1 (adaptive-average-pool to 9×2), given 8×8×3, asks for more windows than there are pixels.",
    ],
    [
      [{ type: "flatten" }, { type: "local-response-normalization", size: 5, bias: 2, alpha: 1e-4, beta: 0.75 }],
      "layer 2 (local-response-normalization over 5, bias 2, alpha 0.0001, beta 0.75), given 192, needs an image (height × width × channels).",
    ],
    [[{ type: "flatten" }], "m must end in one number for each of its 4 classes, but its last layer gives 192."],
  ] as [Layer[], string][])("are refused by layer and shape: %#", (layers, sentence) => {
    expect(() => modelShapes(model(layers))).toThrow(sentence);
  });
});

describe("parameter layout", () => {
  test("of LeNet-5 has 44,426 parameters, in the canonical order, without gaps", () => {
    const layout = parameterLayout(lenet5);
    expect(layout.length).toBe(44_426);
    expect(layout.entries.map((entry) => [entry.name, entry.shape.join("×"), entry.offset, entry.fanIn])).toEqual([
      ["convolution1.weights", "5×5×1×6", 0, 25],
      ["convolution1.bias", "6", 150, 25],
      ["convolution2.weights", "5×5×6×16", 156, 150],
      ["convolution2.bias", "16", 2556, 150],
      ["dense1.weights", "256×120", 2572, 256],
      ["dense1.bias", "120", 33_292, 256],
      ["dense2.weights", "120×84", 33_412, 120],
      ["dense2.bias", "84", 43_492, 120],
      ["dense3.weights", "84×10", 43_576, 84],
      ["dense3.bias", "10", 44_416, 84],
    ]);
  });
});

describe("the networks to reproduce", () => {
  const isElementwise = ({ type }: Layer) =>
    ["relu", "sigmoid", "tanh", "dropout", "local-response-normalization"].includes(type);

  test.each([
    [lenet5, 44_426],
    [lenet5of1998, 61_706],
    [alexnet, 57_044_810],
    [alexnetSmall, 21_196_682],
    [alexnetOf2012(1000), 62_378_344],
  ])("$name has its published number of parameters: $1", (model, count) => {
    expect(parameterLayout(model).length).toBe(count);
  });

  test.each([
    [lenet5of1998, "28×28×6 14×14×6 10×10×16 5×5×16 400 120 84 10"],
    [alexnet, "55×55×64 27×27×64 27×27×192 13×13×192 13×13×384 13×13×256 13×13×256 6×6×256 6×6×256 9216 4096 4096 10"],
    [alexnetSmall, "8×8×96 4×4×96 4×4×256 2×2×256 2×2×384 2×2×384 2×2×256 1×1×256 256 4096 4096 10"],
    [
      alexnetOf2012(1000),
      "55×55×96 27×27×96 27×27×256 13×13×256 13×13×384 13×13×384 13×13×256 6×6×256 9216 4096 4096 1000",
    ],
  ])("$name has its published shapes", (model, expected) => {
    const shapes = modelShapes(model).filter((_, index) => !isElementwise(model.layers[index] as Layer));
    expect(shapes.map((shape) => shape.join("×")).join(" ")).toBe(expected);
  });
});

describe("preprocessing", () => {
  const withPreprocessing = (preprocessing: object) => () =>
    parseRecipe({ ...findRecipe("lenet5-mnist"), preprocessing: { mean: [0.5], deviation: [0.5], ...preprocessing } });

  test.each([
    { imageShape: [20, 20, 1], pad: 4 },
    { imageShape: [7, 9, 1], resize: { height: 28, width: 28 } },
    { pad: 2, crop: { height: 28, width: 28, place: "random" }, flip: "random" },
    {
      imageShape: [7, 9, 1],
      pad: 1,
      resize: { height: 30, width: 31 },
      crop: { height: 28, width: 28, place: "center" },
    },
  ])("%j leads to the network's input", (preprocessing) => {
    expect(withPreprocessing(preprocessing)).not.toThrow();
  });

  test.each([
    [{ pad: 2 }, "preprocessing: the preprocessed picture is 32×32×1, but the network takes 28×28×1."],
    [{ imageShape: [28, 28, 3] }, "the preprocessed picture is 28×28×3, but the network takes 28×28×1."],
    [
      { crop: { height: 29, width: 28, place: "center" } },
      "preprocessing: a crop of 29×28 is larger than the picture of 28×28.",
    ],
    [{ flip: "always" }, "preprocessing.flip"],
  ])("%j is refused by name", (preprocessing, sentence) => {
    expect(withPreprocessing(preprocessing)).toThrow(sentence);
  });
});

describe("recipes", () => {
  test.each(recipes.map((recipe) => [recipe.name, recipe] as const))("%s survives the journey as JSON", (_, recipe) => {
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  test("an unknown name lists the known ones", () => {
    expect(() => findRecipe("lenet")).toThrow(
      'There is no recipe "lenet". Known recipes: lenet5-mnist, lenet5-mnist-adam, lenet5-1998, alexnet-cifar10, alexnet-cifar10-small, alexnet-cifar10-small-collapse, alexnet-2012.',
    );
  });

  const broken = (change: object) => () => parseRecipe({ ...findRecipe("lenet5-mnist"), ...change });
  test.each([
    [{ batchSize: 0 }, "batchSize"],
    [{ optimizer: { type: "sgd", learningRate: -1, momentum: 0 } }, "optimizer.learningRate"],
    [{ preprocessing: { mean: [0, 0], deviation: [1] } }, "preprocessing.mean has 2 numbers for 1 channels"],
    [{ preprocessing: { mean: [0], deviation: [0] } }, "preprocessing.deviation must be above zero"],
    [{ model: { ...lenet5, classCount: 11 } }, "model: lenet-5 must end in one number for each of its 11 classes"],
    [{ optimizer: { type: "rmsprop", learningRate: 1 } }, "optimizer.type"],
    [{ optimizer: { type: "adam", learningRate: 1, beta1: 1, beta2: 0, epsilon: 1 } }, "optimizer.beta1"],
    [{ schedule: { type: "step", everyEpochs: 0.5, factor: 0.1 } }, "schedule.everyEpochs"],
    [{ schedule: { type: "constant", warmUp: { epochs: 0, from: 0 } } }, "schedule.warmUp.epochs"],
    [
      { initialization: { type: "he-normal", biasOf: { convolution3: 1 } } },
      'initialization: there is no layer "convolution3" that has a bias; those that do: convolution1, convolution2, dense1',
    ],
    [{ surprise: 1 }, "surprise"],
    [{ seed: -1 }, "seed"],
    [
      { model: { ...lenet5, layers: [{ type: "flatten" }], classCount: 784 } },
      "No layer has parameters that could be trained",
    ],
    [
      { model: { ...lenet5, layers: [{ ...lenet5.layers[0], padding: "full" }, ...lenet5.layers.slice(1)] } },
      'model.layers.0.padding: must be "valid", "same" or a whole number from 0 to 64',
    ],
  ])("a broken field is named: %#", (change, named) => {
    expect(broken(change)).toThrow(named);
  });
});
