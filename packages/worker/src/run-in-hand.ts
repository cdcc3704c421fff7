import { parameterLayout, type Recipe } from "@convoy/models";
import { limits, type ToWorker } from "@convoy/protocol";
import { ContributionCodec } from "./contribution-codec.ts";
import { EpochOrders } from "./epoch-orders.ts";
import { LocalSteps } from "./local-steps.ts";
import { SampleCache, sampleBytesOf } from "./sample-cache.ts";

type Welcome = Extract<ToWorker, { type: "welcome" }>;

/** Without the welcome there is no run, and so nothing that these could be for. */
export const needsWelcome: ReadonlySet<ToWorker["type"]> = new Set([
  "parameters",
  "parameters-change",
  "fetch-parameters",
  "fetch-samples",
  "lease",
  "next-stretch",
  "samples",
]);

/** What a worker prepares when the coordinator has said what the run is. */
export interface RunInHand {
  readonly run: string;
  readonly recipe: Recipe;
  readonly parameterCount: number;
  readonly trainCount: number;
  /** Of changes of the parameters; with fp32 there are none. */
  readonly downCodec: Welcome["downCodec"];
  /** Of one sample's pixels. */
  readonly sampleBytes: number;
  /** Samples that one request may name, and one answer bring. */
  readonly requestSize: number;
  /** The same of samples for later: a quarter of what a packet may bring, so that little waits behind it. */
  readonly aheadSize: number;
  readonly cache: SampleCache;
  readonly orders: EpochOrders;
  readonly steps: LocalSteps;
  readonly codec: ContributionCodec;
}

/** `earlier`: of the same run, whose samples are kept. */
export function prepareRun(
  recipe: Recipe,
  { run, trainCount, downCodec }: Pick<Welcome, "run" | "trainCount" | "downCodec">,
  earlier: RunInHand | null,
): RunInHand {
  const sampleBytes = sampleBytesOf(recipe);
  const parameterCount = parameterLayout(recipe.model).length;
  const within = (bytes: number) => Math.max(1, Math.min(limits.leaseSamples, Math.floor(bytes / sampleBytes)));
  return {
    run,
    recipe,
    parameterCount,
    trainCount,
    downCodec,
    sampleBytes,
    requestSize: within(limits.samplesBytes),
    aheadSize: within(limits.chunkBytes / 4),
    codec: new ContributionCodec(),
    cache: earlier?.cache ?? new SampleCache(sampleBytes),
    orders: new EpochOrders(trainCount),
    steps: new LocalSteps(recipe, trainCount),
  };
}
