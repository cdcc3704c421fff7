import { describe, expect, test } from "vitest";
import {
  alexnet,
  alexnetOf2012,
  alexnetSmall,
  changeRecipe,
  findRecipe,
  type ModelSpecification,
  parameterLayout,
  parseRecipe,
  type Recipe,
  RecipeError,
  recipes,
} from "./index.ts";

const digits = findRecipe("lenet5-mnist");
const { published: _, ...unpublished } = digits;
const withModel = (model: ModelSpecification, preprocessing: Partial<Recipe["preprocessing"]> = {}): Recipe => ({
  ...unpublished,
  dataset: "cifar10",
  model,
  preprocessing: { mean: [0, 0, 0], deviation: [1, 1, 1], ...preprocessing },
});
const small = withModel(alexnetSmall);

const types = ({ model }: Recipe) => model.layers.map(({ type }) => type);
const changeOf = (change: string, recipe = digits) => changeRecipe(recipe, [change]);

function refusal(change: string, recipe = digits): string {
  try {
    changeOf(change, recipe);
  } catch (error) {
    expect(error).toBeInstanceOf(RecipeError);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

describe("a changed recipe", () => {
  test("says what was changed, and has no published figures", () => {
    const changed = changeRecipe(digits, ["activation=tanh", "dropout=0.25"]);
    expect(changed.name).toBe("lenet5-mnist-activation-tanh-dropout-0-25");
    expect(changed.title).toBe("LeNet-5 on MNIST, activation=tanh, dropout=0.25");
    expect(changed.source).toBe(`${digits.source} Changed: activation=tanh, dropout=0.25.`);
    expect(changed.published).toBeUndefined();
    expect(parseRecipe(JSON.parse(JSON.stringify(changed)))).toEqual(changed);
  });

  test.each(["activation=relu", "pooling=max", "overlap=no", "normalization=off", "dropout=0", "epochs=10"])(
    "is the same recipe where %s changes nothing",
    (change) => {
      expect(changeOf(change)).toBe(digits);
      expect(changeRecipe(digits, [change, "batchSize=32"]).title).toBe("LeNet-5 on MNIST, batchSize=32");
    },
  );
});

const unchanged = (recipe: Recipe): string[] => {
  const { model, epochs, batchSize, optimizer } = recipe;
  const activation = model.layers.find(({ type }) => ["relu", "sigmoid", "tanh"].includes(type))?.type;
  return [
    `activation=${activation}`,
    "pooling=max",
    `epochs=${epochs}`,
    `batchSize=${batchSize}`,
    `learningRate=${optimizer.learningRate}`,
  ];
};

test.each(recipes.map((recipe) => [recipe.name, recipe] as const))(
  "%s is the same with its own values",
  (_, recipe) => {
    for (const change of unchanged(recipe)) expect(changeOf(change, recipe), change).toBe(recipe);
    expect(changeRecipe(recipe, unchanged(recipe))).toBe(recipe);
  },
);

test("a title or source that would become too long is cut, and says what was changed", () => {
  const long = { ...digits, title: "t".repeat(195), source: "s".repeat(1995) };
  const changed = changeOf("learningRate=0.0001", long);
  expect(changed.title).toMatch(/^t{170,}…, learningRate=0\.0001$/);
  expect(changed.source).toMatch(/^s{1900,}… Changed: learningRate=0\.0001\.$/);
});

test.each(["relu", "sigmoid", "tanh"])("activation=%s changes every activation", (activation) => {
  const others = types(digits).map((type) => (type === "relu" ? activation : type));
  expect(types(changeOf(`activation=${activation}`))).toEqual(others);
});

describe("pooling", () => {
  test.each(["min", "average"])("of %s keeps its windows", (pooling) => {
    const pools = changeOf(`pooling=${pooling}`).model.layers.filter(({ type }) => type.endsWith("pool"));
    expect(pools).toEqual([
      expect.objectContaining({ type: `${pooling}-pool`, window: 2, stride: 2, padding: "valid" }),
      expect.objectContaining({ type: `${pooling}-pool`, window: 2, stride: 2, padding: "valid" }),
    ]);
  });

  test.each([
    ["LeNet-5", digits, "yes"],
    ["the small AlexNet", small, "yes"],
    ["AlexNet", withModel(alexnet), "no"],
    ["AlexNet of 2012", withModel(alexnetOf2012(10)), "no"],
  ])("of %s overlaps or not with the same parameters", (_name, recipe, overlap) => {
    const changed = changeOf(`overlap=${overlap}`, recipe);
    const [window, stride] = overlap === "yes" ? [3, 2] : [2, 2];
    const pools = changed.model.layers.filter(({ type }) => type === "max-pool");
    for (const pool of pools) expect(pool).toMatchObject({ window, stride });
    expect(parameterLayout(changed.model)).toEqual(parameterLayout(recipe.model));
  });
});

test("overlap=yes is refused where the network would get other sizes", () => {
  const odd = withModel(
    {
      name: "odd",
      inputShape: [25, 25, 3],
      layers: [
        { type: "max-pool", window: 2, stride: 2, padding: "valid" },
        { type: "flatten" },
        { type: "dense", units: 10 },
      ],
      classCount: 10,
    },
    { imageShape: [32, 32, 3], crop: { height: 25, width: 25, place: "center" } },
  );
  expect(refusal("overlap=yes", odd)).toBe(
    '"overlap=yes" cannot be set. A pooling of the network would then give another size.',
  );
});

test("normalization stands behind the first two convolutions", () => {
  const changed = changeOf("normalization=on", small);
  expect(types(changed).slice(0, 8)).toEqual([
    "convolution",
    "relu",
    "local-response-normalization",
    "max-pool",
    "convolution",
    "relu",
    "local-response-normalization",
    "max-pool",
  ]);
  expect(types(changed).filter((type) => type === "local-response-normalization")).toHaveLength(2);
  expect(types(changeOf("normalization=off", withModel(alexnetOf2012(10))))).not.toContain(
    "local-response-normalization",
  );
});

describe("dropout", () => {
  test("is put behind hidden dense layers where there is none", () => {
    const layers = types(changeOf("dropout=0.5"));
    expect(layers.slice(6)).toEqual(["flatten", "dense", "relu", "dropout", "dense", "relu", "dropout", "dense"]);
  });

  test("has another rate, or goes, where there is some", () => {
    const rates = changeOf("dropout=0.2", withModel(alexnet)).model.layers.filter(({ type }) => type === "dropout");
    expect(rates).toEqual([
      { type: "dropout", rate: 0.2 },
      { type: "dropout", rate: 0.2 },
    ]);
    expect(types(changeOf("dropout=0", withModel(alexnet)))).not.toContain("dropout");
  });
});

describe("augmentation", () => {
  const resized = withModel(alexnet, { imageShape: [32, 32, 3], resize: { height: 224, width: 224 } });

  test("crops and reflects pictures", () => {
    expect(changeOf("augmentation=on", small).preprocessing).toMatchObject({
      pad: 4,
      imageShape: [32, 32, 3],
      crop: { height: 32, width: 32, place: "random" },
      flip: "random",
    });
  });

  test("never reflects digits", () => {
    const { preprocessing } = changeOf("augmentation=on");
    expect(preprocessing).toMatchObject({ pad: 4, crop: { height: 28, width: 28, place: "random" } });
    expect(preprocessing.flip).toBeUndefined();
  });

  test("crops pictures that are resized from larger ones", () => {
    expect(changeOf("augmentation=on", resized).preprocessing).toMatchObject({
      resize: { height: 256, width: 256 },
      crop: { height: 224, width: 224, place: "random" },
      flip: "random",
    });
  });

  test("is off again", () => {
    const { preprocessing } = changeRecipe(resized, ["augmentation=on", "augmentation=off"]);
    expect(preprocessing.crop?.place).toBe("center");
    expect(preprocessing.flip).toBeUndefined();
  });
});

test("numbers", () => {
  const changed = changeRecipe(digits, ["epochs=3", "batchSize=16", "learningRate=0.05"]);
  expect(changed).toMatchObject({ epochs: 3, batchSize: 16, optimizer: { learningRate: 0.05, momentum: 0.9 } });
});

describe("refused is", () => {
  const all =
    "What can be: activation=relu|sigmoid|tanh, pooling=max|min|average, overlap=yes|no, normalization=on|off, " +
    "dropout=<number>, augmentation=on|off, epochs=<number>, batchSize=<number>, learningRate=<number>.";
  test.each([
    ["momentum=0.5", `"momentum=0.5" cannot be set. ${all}`],
    ["toString=1", `"toString=1" cannot be set. ${all}`],
    ["activation", `"activation" cannot be set. ${all}`],
    ["activation=swish", '"activation=swish" cannot be set: activation is one of relu, sigmoid, tanh.'],
    ["epochs=many", '"epochs=many" cannot be set: epochs is a number.'],
  ])("%s", (change, sentence) => {
    expect(refusal(change)).toBe(sentence);
  });

  test.each([
    ["dropout=1", /^"dropout=1" cannot be set\. The recipe cannot be used: model\.layers\.9\.rate: /],
    ["batchSize=0.5", /^"batchSize=0\.5" cannot be set\. The recipe cannot be used: batchSize: /],
    ["learningRate=-1", /^"learningRate=-1" cannot be set\. The recipe cannot be used: optimizer\.learningRate: /],
  ])("%s, by the field", (change, sentence) => {
    expect(refusal(change)).toMatch(sentence);
  });

  test("what a network does not have", () => {
    const bare: ModelSpecification = {
      name: "bare",
      inputShape: [32, 32, 3],
      layers: [{ type: "flatten" }, { type: "dense", units: 10 }],
      classCount: 10,
    };
    expect(refusal("pooling=min", withModel(bare))).toBe('"pooling=min" cannot be set. The network has no pooling.');
  });
});
