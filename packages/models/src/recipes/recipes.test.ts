import { describe, expect, test } from "vitest";
import { describeLayer, findRecipe, parameterLayout, parseRecipe, type Recipe, recipes } from "../index.ts";

test("recipes have names of their own", () => {
  expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
});

test.each([
  ["lenet5-mnist", 44_426],
  ["lenet5-mnist-adam", 44_426],
  ["lenet5-1998", 61_706],
  ["alexnet-cifar10", 57_044_810],
  ["alexnet-cifar10-small", 21_196_682],
  ["alexnet-cifar10-small-collapse", 21_196_682],
  // 62,378,344 with 1000 classes.
  ["alexnet-2012", 62_378_344 - 990 * (4096 + 1)],
])("%s can be used and has %i parameters", (name, count) => {
  expect(parameterLayout(parseRecipe(findRecipe(name)).model).length).toBe(count);
});

const lenet = [
  "convolution 5×5×6 stride 1 padding valid",
  "relu",
  "max-pool 2×2 stride 2 padding valid",
  "convolution 5×5×16 stride 1 padding valid",
  "relu",
  "max-pool 2×2 stride 2 padding valid",
  "flatten",
  "dense 120",
  "relu",
  "dense 84",
  "relu",
  "dense 10",
];

const smallFeatures = [
  "convolution 3×3×96 stride 4 padding same",
  "relu",
  "max-pool 2×2 stride 2 padding valid",
  "convolution 3×3×256 stride 1 padding same",
  "relu",
  "max-pool 2×2 stride 2 padding valid",
  "convolution 3×3×384 stride 1 padding same",
  "relu",
  "convolution 3×3×384 stride 1 padding same",
  "relu",
  "convolution 3×3×256 stride 1 padding same",
  "relu",
  "max-pool 2×2 stride 2 padding valid",
  "flatten",
];

const kerasAdam = { type: "keras-adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
const adam = { type: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const cifar10Mean = [0.4914, 0.4822, 0.4465];

type Told = Omit<Recipe, "name" | "title" | "source" | "published" | "model"> & { readonly layers: readonly string[] };

/** What the sources say, once more; see docs/recipes.md and each recipe's `source`. */
const told: Record<string, Told> = {
  "lenet5-mnist": {
    layers: lenet,
    dataset: "mnist",
    preprocessing: { mean: [0.5], deviation: [0.5] },
    initialization: { type: "pytorch-default" },
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", learningRate: 0.001, momentum: 0.9 },
    batchSize: 64,
    epochs: 10,
  },
  "lenet5-mnist-adam": {
    layers: lenet,
    dataset: "mnist",
    preprocessing: { mean: [0], deviation: [1] },
    initialization: { type: "glorot-uniform" },
    loss: "softmax-cross-entropy",
    optimizer: kerasAdam,
    batchSize: 32,
    epochs: 10,
  },
  "lenet5-1998": {
    layers: lenet.map((layer) => (layer === "relu" ? "sigmoid" : layer)),
    dataset: "mnist",
    // Background −0.1, ink 1.175.
    preprocessing: { imageShape: [28, 28, 1], pad: 2, mean: [0.1 / 1.275], deviation: [1 / 1.275] },
    initialization: { type: "glorot-uniform" },
    loss: "softmax-cross-entropy",
    optimizer: { ...adam, learningRate: 0.002 },
    batchSize: 64,
    epochs: 10,
  },
  "alexnet-cifar10": {
    layers: [
      "convolution 11×11×64 stride 4 padding 2",
      "relu",
      "max-pool 3×3 stride 2 padding valid",
      "convolution 5×5×192 stride 1 padding 2",
      "relu",
      "max-pool 3×3 stride 2 padding valid",
      "convolution 3×3×384 stride 1 padding 1",
      "relu",
      "convolution 3×3×256 stride 1 padding 1",
      "relu",
      "convolution 3×3×256 stride 1 padding 1",
      "relu",
      "max-pool 3×3 stride 2 padding valid",
      "adaptive-average-pool to 6×6",
      "flatten",
      "dropout 0.5",
      "dense 4096",
      "relu",
      "dropout 0.5",
      "dense 4096",
      "relu",
      "dense 10",
    ],
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
  },
  "alexnet-cifar10-small": {
    layers: [...smallFeatures, "dense 4096", "relu", "dropout 0.5", "dense 4096", "relu", "dropout 0.5", "dense 10"],
    dataset: "cifar10",
    preprocessing: {
      pad: 4,
      crop: { height: 32, width: 32, place: "random" },
      flip: "random",
      mean: cifar10Mean,
      deviation: [0.247, 0.2435, 0.2616],
    },
    initialization: { type: "he-normal" },
    loss: "softmax-cross-entropy",
    optimizer: { ...adam, learningRate: 0.0004 },
    schedule: { type: "cosine", epochs: 13, finalShare: 0, warmUp: { epochs: 1, from: 0.1 } },
    batchSize: 128,
    epochs: 14,
  },
  "alexnet-cifar10-small-collapse": {
    layers: [...smallFeatures, "dense 4096", "relu", "dense 4096", "relu", "dense 10"],
    dataset: "cifar10",
    preprocessing: { mean: [0, 0, 0], deviation: [1, 1, 1] },
    initialization: { type: "glorot-uniform" },
    loss: "softmax-cross-entropy",
    optimizer: kerasAdam,
    batchSize: 32,
    epochs: 10,
  },
  "alexnet-2012": {
    layers: [
      "convolution 11×11×96 stride 4 padding valid",
      "relu",
      "local-response-normalization over 5, bias 2, alpha 0.0001, beta 0.75",
      "max-pool 3×3 stride 2 padding valid",
      "convolution 5×5×256 stride 1 padding 2",
      "relu",
      "local-response-normalization over 5, bias 2, alpha 0.0001, beta 0.75",
      "max-pool 3×3 stride 2 padding valid",
      "convolution 3×3×384 stride 1 padding 1",
      "relu",
      "convolution 3×3×384 stride 1 padding 1",
      "relu",
      "convolution 3×3×256 stride 1 padding 1",
      "relu",
      "max-pool 3×3 stride 2 padding valid",
      "flatten",
      "dense 4096",
      "relu",
      "dropout 0.5",
      "dense 4096",
      "relu",
      "dropout 0.5",
      "dense 10",
    ],
    dataset: "cifar10",
    preprocessing: {
      imageShape: [32, 32, 3],
      resize: { height: 256, width: 256 },
      crop: { height: 227, width: 227, place: "random" },
      flip: "random",
      mean: cifar10Mean,
      deviation: [1 / 255, 1 / 255, 1 / 255],
    },
    initialization: {
      type: "gaussian",
      deviation: 0.01,
      biasOf: { convolution2: 1, convolution4: 1, convolution5: 1, dense1: 1, dense2: 1 },
    },
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", learningRate: 0.01, momentum: 0.9, weightDecay: 0.0005 },
    batchSize: 128,
    epochs: 10,
  },
};

test.each(recipes.map((recipe) => [recipe.name, recipe] as const))("%s is what its source says", (_, recipe) => {
  const { name, title, source, published, model, ...rest } = recipe;
  const { layers, preprocessing, ...others } = told[name] as Told;
  expect(model.layers.map(describeLayer)).toEqual(layers);
  const { mean, deviation, ...steps } = preprocessing;
  expect(rest).toEqual({ ...others, preprocessing: expect.objectContaining(steps) });
  expect(Object.keys(rest.preprocessing).sort()).toEqual(Object.keys(preprocessing).sort());
  for (const [i, value] of mean.entries()) expect(rest.preprocessing.mean[i]).toBeCloseTo(value, 12);
  for (const [i, value] of deviation.entries()) expect(rest.preprocessing.deviation[i]).toBeCloseTo(value, 12);
});

describe("published figures", () => {
  test.each([
    ["lenet5-mnist", "1.930 0.348 0.190 0.139 0.112 0.094 0.083 0.075 0.067 0.062", 0.9819],
    ["lenet5-mnist-adam", "0.2006 0.0654 0.0454 0.0368 0.0284 0.0261 0.0219 0.0183 0.0161 0.0157", 0.9879],
    ["alexnet-cifar10", "2.296 2.032 1.687 1.496 1.360 1.245 1.139 1.040 0.954 0.874", 0.687],
    ["alexnet-cifar10-small-collapse", `2.3027${" 2.3028".repeat(9)}`, 0.1],
  ])("of %s", (name, loss, testAccuracy) => {
    const { published, epochs } = findRecipe(name);
    expect(published).toMatchObject({ loss: loss.split(" ").map(Number), testAccuracy });
    expect(published?.loss).toHaveLength(epochs);
  });

  test("of training accuracy are those of Keras' run with Adam alone", () => {
    const accuracy = "93.86 97.92 98.56 98.81 99.09 99.16 99.27 99.39 99.48 99.51".split(" ");
    const published = findRecipe("lenet5-mnist-adam").published?.trainingAccuracy;
    expect(published?.map((share) => (100 * share).toFixed(2))).toEqual(accuracy);
    expect(recipes.filter((recipe) => recipe.published?.trainingAccuracy)).toHaveLength(1);
  });

  test.each(["lenet5-1998", "alexnet-cifar10-small", "alexnet-2012"])("nobody has any of %s", (name) => {
    expect(findRecipe(name).published).toBeUndefined();
  });
});

test("the repaired small AlexNet differs from the collapsing one in its dropout alone, and has trained its schedule to the end", () => {
  const [small, collapse] = [findRecipe("alexnet-cifar10-small"), findRecipe("alexnet-cifar10-small-collapse")];
  expect(small.model.layers.filter(({ type }) => type !== "dropout")).toEqual(collapse.model.layers);
  expect(small.model.layers.filter(({ type }) => type === "dropout")).toHaveLength(2);
  expect(small).toMatchObject({ schedule: { type: "cosine", epochs: 13, warmUp: { epochs: 1 } }, epochs: 13 + 1 });
});
