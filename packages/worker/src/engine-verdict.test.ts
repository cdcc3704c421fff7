import { expect, test } from "vitest";
import { isClearlyQuicker, measuredTask } from "./engine-verdict.ts";
import { tinyRecipe } from "./test-engines.ts";

test("an engine is worth changing over to when it saves a tenth", () => {
  expect(isClearlyQuicker(9, 10)).toBe(true);
  expect(isClearlyQuicker(9.01, 10)).toBe(false);
  expect(isClearlyQuicker(10, 10)).toBe(false);
  expect(isClearlyQuicker(10, 9)).toBe(false);
});

test("a verdict is one on model, preprocessing and batch size, and on steps or gradients, whatever else a recipe says", () => {
  const task = measuredTask(tinyRecipe, false);
  expect(task).toMatch(/^[0-9a-f]+$/);
  expect(measuredTask({ ...tinyRecipe, epochs: 99, title: "Another" }, false)).toBe(task);
  expect(measuredTask({ ...tinyRecipe, batchSize: 33 }, false)).not.toBe(task);
  expect(measuredTask({ ...tinyRecipe, model: { ...tinyRecipe.model, classCount: 4 } }, false)).not.toBe(task);
  const steps = measuredTask(tinyRecipe, true);
  expect(steps).not.toBe(task);
  expect(measuredTask({ ...tinyRecipe, optimizer: { ...tinyRecipe.optimizer, learningRate: 9 } }, true)).toBe(steps);
});
