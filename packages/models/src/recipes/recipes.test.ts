import { describe, expect, test } from "vitest";
import { findRecipe, parameterLayout, parseRecipe, recipes } from "../index.ts";

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
