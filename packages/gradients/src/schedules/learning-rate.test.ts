import type { Schedule } from "@convoy/models";
import { expect, test } from "vitest";
import goldens from "../goldens/pytorch-optimizers.json" with { type: "json" };
import { learningRateAt } from "../index.ts";

const optimizer = { type: "sgd", learningRate: goldens.learningRate, momentum: 0.9 } as const;

function rates(schedule: Schedule | undefined, steps: number, batchSize = 64): number[] {
  return Array.from({ length: steps }, (_, index) =>
    learningRateAt({ optimizer, schedule, batchSize }, goldens.stepsPerEpoch, index + 1),
  );
}

test.each(goldens.schedules.map((golden) => [JSON.stringify(golden.schedule), golden] as const))(
  "%s has PyTorch's rates",
  (_, { schedule, learningRates }) => {
    rates(schedule as Schedule, learningRates.length).forEach((rate, index) => {
      expect(rate, `step ${index + 1}`).toBeCloseTo(learningRates[index] as number, 12);
    });
  },
);

test("a recipe without a schedule has the optimizer's rate throughout", () => {
  expect(rates(undefined, 9)).toEqual(Array(9).fill(0.1));
});

test("a cosine stays at its end, however long the run goes on", () => {
  const schedule = { type: "cosine", epochs: 2, finalShare: 0.1 } as const;
  expect(rates(schedule, 40).slice(8)).toEqual(Array(32).fill(0.1 * 0.1));
  expect(rates({ ...schedule, finalShare: 0 }, 40).slice(8)).toEqual(Array(32).fill(0));
});

test("a warm-up begins at its share, and a part of an epoch is whole steps", () => {
  const warmUp = { epochs: 0.6, from: 0 };
  expect(rates({ type: "constant", warmUp }, 5)).toEqual([0, 0.1 / 3, 0.1 * (2 / 3), 0.1, 0.1]);
});

test("the rate grows with the batch where the recipe says so", () => {
  expect(rates({ type: "constant", scaledFromBatchSize: 32 }, 1, 256)).toEqual([0.8]);
  const schedule = { type: "step", everyEpochs: 1, factor: 0.5, scaledFromBatchSize: 256 } as const;
  expect(rates(schedule, 5, 64)).toEqual([0.025, 0.025, 0.025, 0.025, 0.0125]);
});
