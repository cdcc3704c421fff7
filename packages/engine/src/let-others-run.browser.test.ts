import { expect, it } from "vitest";
import { letOthersRun } from "./let-others-run.ts";

it("comes back to each of several that wait, as two engines on one thread do", async () => {
  const back: number[] = [];
  await Promise.all([1, 2, 3].map((number) => letOthersRun().then(() => back.push(number))));
  expect(back).toEqual([1, 2, 3]);
});
