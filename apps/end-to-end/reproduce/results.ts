/** What a reproduction leaves behind: one JSON file for each recipe and form, in `docs/results` where it is published. */
import * as z from "zod";

const count = z.int().min(0);
const share = z.number().min(0).max(1);

/** How much of a recipe was run; null samples: all of them. */
const formSchema = z.strictObject({
  epochs: z.int().min(1),
  trainSamples: z.int().min(1).nullable(),
  testSamples: z.int().min(1).nullable(),
});
export type Form = z.infer<typeof formSchema>;

export const epochSchema = z.strictObject({
  /** From 1. */
  epoch: z.int().min(1),
  /** Mean over the epoch's batches of the mean cross-entropy, measured while training; null where it was no number. */
  loss: z.number().nullable(),
  trainingAccuracy: share,
  testLoss: z.number().nullable(),
  testAccuracy: share,
  /** Training and testing. */
  seconds: z.number().min(0),
});
export type Epoch = z.infer<typeof epochSchema>;

const machineSchema = z.strictObject({
  processor: z.string(),
  cores: z.int().min(1),
  memoryGb: z.number().min(0),
  system: z.string(),
  node: z.string(),
});
export type Machine = z.infer<typeof machineSchema>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** One seed through the real system. */
export const trainedSeedSchema = z.strictObject({
  seed: count,
  dataset: z.string(),
  epochs: z.array(epochSchema).min(1),
  steps: count,
  /** Of all epochs; of a run that was interrupted, the sum of its parts. */
  seconds: z.number().min(0),
  /** How many coordinators led it, one after the other: more than 1 where it was interrupted. */
  parts: z.int().min(1),
  /** What the coordinators sent to workers and received from them, on their sockets. */
  sentBytes: count,
  receivedBytes: count,
  /** What the workers computed with. */
  engines: z.array(z.string()),
  /** Shards of training that each worker of the last part has computed. */
  shards: z.array(count).default([]),
  /** Of losses.csv, and of the last parameters as little-endian float32 in the canonical order. */
  lossesSha256: sha256,
  parametersSha256: sha256,
  finishedAt: z.iso.datetime(),
  /** Of this repository; ends with "+" where files were changed since. */
  commit: z.string(),
  machine: machineSchema,
});
export type TrainedSeed = z.infer<typeof trainedSeedSchema>;

/** One seed of PyTorch's own; its random numbers are not ours. */
export const torchSeedSchema = z.strictObject({
  seed: count,
  epochs: z.array(epochSchema).min(1),
  seconds: z.number().min(0),
  parts: z.int().min(1),
  version: z.string(),
  threads: z.int().min(1),
});
export type TorchSeed = z.infer<typeof torchSeedSchema>;

const workersSchema = z.strictObject({ kind: z.enum(["headless workers", "tabs"]), count: z.int().min(1) });

const common = {
  format: z.literal("convoy-results"),
  formatVersion: z.literal(1),
  recipe: z.string(),
  title: z.string(),
  form: formSchema,
  /** Whether that is the whole recipe. */
  whole: z.boolean(),
};

const reproductionSchema = z.strictObject({
  ...common,
  kind: z.literal("reproduction"),
  workers: workersSchema,
  published: z
    .strictObject({
      loss: z.array(z.number()),
      trainingAccuracy: z.array(share).optional(),
      testAccuracy: share,
    })
    .nullable(),
  /** Results from before there was a choice are of "sync". */
  strategy: z.enum(["sync", "local"]).default("sync"),
  exact: z.boolean(),
  convoy: z.array(trainedSeedSchema).min(1),
  pytorch: z.array(torchSeedSchema),
  /** Why PyTorch has no figures; null where it has. */
  pytorchMissing: z.string().nullable(),
});
export type Reproduction = z.infer<typeof reproductionSchema>;

/** The same seed, exactly, with several numbers of workers. */
const comparisonSchema = z.strictObject({
  ...common,
  kind: z.literal("exact"),
  runs: z.array(z.strictObject({ workers: workersSchema, trained: trainedSeedSchema })).min(2),
  /** The loss of some steps in each run. JSON carries a number to its last bit. */
  curve: z.array(z.strictObject({ step: z.int().min(1), losses: z.array(z.number().nullable()) })),
  /** Steps whose losses are not the same bits in all runs. */
  differingSteps: count,
  identical: z.boolean(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const resultsSchema = z.discriminatedUnion("kind", [reproductionSchema, comparisonSchema]);
export type Results = z.infer<typeof resultsSchema>;
export type Workers = z.infer<typeof workersSchema>;

/** "1 headless worker", "4 tabs". */
export function workersInWords({ kind, count }: Workers): string {
  return `${count} ${count === 1 ? kind.slice(0, -1) : kind}`;
}

/** Of the file of these results: "lenet5-mnist", "lenet5-mnist-local", "lenet5-mnist-quick", "lenet5-mnist-exact-quick". */
export function nameOf(results: Results, quick: boolean): string {
  const { kind, recipe, whole, form } = results;
  const length = whole ? "" : quick ? "-quick" : `-${form.epochs}-epochs`;
  const isLocal = kind === "reproduction" && results.strategy === "local";
  return `${recipe}${kind === "exact" ? "-exact" : ""}${isLocal ? "-local" : ""}${length}`;
}
