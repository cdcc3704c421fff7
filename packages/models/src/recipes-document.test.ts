import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { changeRecipe, findRecipe, parseRecipe } from "./index.ts";

const text = readFileSync(new URL("../../../docs/recipes.md", import.meta.url), "utf8");

test("the recipe in docs/recipes.md can be used", () => {
  const [, example = ""] = /```json\n(.*?)```/s.exec(text) ?? [];
  const { $schema, ...recipe } = JSON.parse(example);
  expect($schema).toBe("./docs/recipe.schema.json");
  expect(parseRecipe(recipe).title).toBe("A small network on MNIST");
});

test("every change in docs/recipes.md can be made", () => {
  const rows = [...text.matchAll(/^\| (`\w+=.*?) \|/gm)].map(([, cell = ""]) => cell);
  expect(rows).toHaveLength(7);
  for (const row of rows) {
    let key = "";
    for (const [, change = ""] of row.matchAll(/`([^`]+)`/g)) {
      const whole = change.includes("=") ? change : `${key}=${change}`;
      key = whole.split("=")[0] as string;
      expect(() => changeRecipe(findRecipe("lenet5-mnist"), [whole]), whole).not.toThrow();
    }
  }
});
