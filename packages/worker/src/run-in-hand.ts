import { parameterLayout, type Recipe } from "@convoy/models";
import { EpochOrders } from "./epoch-orders.ts";
import { LocalSteps } from "./local-steps.ts";
import { SampleCache, sampleBytesOf } from "./sample-cache.ts";

/** What a worker prepares when the coordinator has said what the run is. */
export interface RunInHand {
  readonly recipe: Recipe;
  readonly parameterCount: number;
  readonly cache: SampleCache;
  readonly orders: EpochOrders;
  readonly steps: LocalSteps;
}

/** `earlier`: of the same run, whose samples are kept. */
export function prepareRun(recipe: Recipe, trainCount: number, earlier: RunInHand | null): RunInHand {
  return {
    recipe,
    parameterCount: parameterLayout(recipe.model).length,
    cache: earlier?.cache ?? new SampleCache(sampleBytesOf(recipe)),
    orders: new EpochOrders(trainCount),
    steps: new LocalSteps(recipe, trainCount),
  };
}
