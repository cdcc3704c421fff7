import { expect, test } from "vitest";
import { isClearlyQuicker, measuredTask } from "./engine-verdict.ts";
import { tinyRecipe } from "./test-engines.ts";

test("an engine is worth changing over to when it saves a tenth", () => {
  expect(isClearlyQuicker(9, 10)).toBe(true);
  expect(isClearlyQuicker(9.01, 10)).toBe(false);
  expect(isClearlyQuicker(10, 10)).toBe(false);
  expect(isClearlyQuicker(10, 9)).toBe(false);
});

test("a verdict is one on model, preprocessing and batch size, whatever else a recipe says", () => {
  const task = measuredTask(tinyRecipe);
  expect(task).toMatch(/^[0-9a-f]+$/);
  expect(measuredTask({ ...tinyRecipe, epochs: 99, title: "Another" })).toBe(task);
  expect(measuredTask({ ...tinyRecipe, batchSize: 33 })).not.toBe(task);
  expect(measuredTask({ ...tinyRecipe, model: { ...tinyRecipe.model, classCount: 4 } })).not.toBe(task);
});
