import type { Recipe, Schedule } from "@convoy/models";

/** What of a recipe its learning rate depends on. */
export type RatedRecipe = Pick<Recipe, "optimizer" | "schedule" | "batchSize">;

/**
 * The learning rate of a run's step, counted from 1. It depends on nothing else, least of all on how many epochs the
 * run was asked for.
 */
export function learningRateAt(
  { optimizer, schedule = { type: "constant" }, batchSize }: RatedRecipe,
  stepsPerEpoch: number,
  step: number,
): number {
  const { scaledFromBatchSize = batchSize, warmUp } = schedule;
  const rate = (optimizer.learningRate * batchSize) / scaledFromBatchSize;
  const warmUpSteps = warmUp === undefined ? 0 : Math.ceil(warmUp.epochs * stepsPerEpoch);
  const stepsBefore = step - 1;
  if (warmUp !== undefined && stepsBefore < warmUpSteps) {
    return rate * (warmUp.from + ((1 - warmUp.from) * stepsBefore) / warmUpSteps);
  }
  return rate * shareOf(schedule, (stepsBefore - warmUpSteps) / stepsPerEpoch);
}

/** Share of the full rate when so many epochs of the schedule proper have passed. */
function shareOf(schedule: Schedule, epochsBefore: number): number {
  switch (schedule.type) {
    case "constant":
      return 1;
    case "step":
      return schedule.factor ** Math.floor(epochsBefore / schedule.everyEpochs);
    case "cosine": {
      const { finalShare, epochs } = schedule;
      const passed = Math.min(epochsBefore / epochs, 1);
      return finalShare + ((1 - finalShare) * (1 + Math.cos(Math.PI * passed))) / 2;
    }
  }
}
