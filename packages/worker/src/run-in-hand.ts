import { parameterLayout, type Recipe } from "@convoy/models";
import { limits, type ToWorker } from "@convoy/protocol";
import { ContributionCodec } from "./contribution-codec.ts";
import { EpochOrders } from "./epoch-orders.ts";
import { LocalSteps } from "./local-steps.ts";
import { SampleCache, sampleBytesOf } from "./sample-cache.ts";

type Welcome = Extract<ToWorker, { type: "welcome" }>;

/** What a worker prepares when the coordinator has said what the run is. */
export interface RunInHand {
  readonly recipe: Recipe;
  readonly parameterCount: number;
  /** Of one sample's pixels. */
  readonly sampleBytes: number;
  /** Samples that one request may name, and one answer bring. */
  readonly requestSize: number;
  readonly cache: SampleCache;
  readonly orders: EpochOrders;
  readonly steps: LocalSteps;
  /** Null where vectors are sent as they are. */
  readonly codec: ContributionCodec | null;
}

/** `earlier`: of the same run, whose samples are kept. */
export function prepareRun(
  recipe: Recipe,
  { trainCount, codec }: Pick<Welcome, "trainCount" | "codec">,
  earlier: RunInHand | null,
): RunInHand {
  const sampleBytes = sampleBytesOf(recipe);
  const parameterCount = parameterLayout(recipe.model).length;
  return {
    recipe,
    parameterCount,
    sampleBytes,
    requestSize: Math.max(1, Math.min(limits.leaseSamples, Math.floor(limits.samplesBytes / sampleBytes))),
    codec: ContributionCodec.for(codec, parameterCount),
    cache: earlier?.cache ?? new SampleCache(sampleBytes),
    orders: new EpochOrders(trainCount),
    steps: new LocalSteps(recipe, trainCount),
  };
}
