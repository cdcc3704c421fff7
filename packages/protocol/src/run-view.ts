/** What a run looks like from outside: the body of `GET /api/run` and of every message to a viewer. */
import * as z from "zod";
import { count, milliseconds, runId, workerId, workerName } from "./fields.ts";
import { codecNames } from "./frame-header.ts";
import { limits } from "./limits.ts";

export const workerStates = [
  "registered",
  "proving",
  "fetching",
  "ready",
  "working",
  "paused",
  "suspect",
  "left",
] as const;

const share = z.number().min(0).max(1);

/** Where the time of the last seconds of training went: shares that come to 1. */
const timeSharesSchema = z.strictObject({
  /** The engine computes. */
  computing: share,
  /** The rest of the time from lease to result: both ways over the link, parameters and samples included. */
  sending: share,
  /** Ready, without a lease. */
  waiting: share,
  /** The coordinator adds up, takes the step, and sends to others before the lease goes out. */
  adding: share,
});
export type TimeShares = z.infer<typeof timeSharesSchema>;

const workerViewSchema = z.strictObject({
  id: workerId,
  name: workerName,
  /** "registered" (nothing is known of its engine), "proving" its engine, "fetching" the parameters, "ready", "working", "paused" by its owner, "suspect" (late with a lease), "left". */
  state: z.enum(workerStates),
  device: z.string(),
  /** The engine that is being tested, or that has passed its self-test; null before either. */
  engine: z.string().nullable(),
  samplesPerSecond: z.number().min(0),
  /** What it computes when nothing keeps it from it; null until measured, and while it cannot work or nothing is trained. */
  soloSamplesPerSecond: z.number().min(0).nullable(),
  /** Null as the speed above. */
  time: timeSharesSchema.nullable(),
  /** Its way to the coordinator and back, as measured when it joined; null until then. */
  link: z
    .strictObject({
      roundTripMs: z.number().min(0),
      downBytesPerSecond: z.number().min(0),
      upBytesPerSecond: z.number().min(0),
    })
    .nullable(),
  /** Shards of training that were counted. */
  shards: count,
  samples: count,
  refusals: count,
  joinedAt: milliseconds,
});
export type WorkerView = z.infer<typeof workerViewSchema>;
export type WorkerState = WorkerView["state"];

/** What is wrong with the training, as its curves show it. */
const diagnosisSchema = z.strictObject({
  kind: z.enum(["collapse", "divergence", "plateau", "overfitting"]),
  /** The step with which it began, from 1. */
  sinceStep: count,
  /** What is seen, and what usually helps. */
  sentence: z.string(),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;

/** What the quickest device would do alone, beside what all do together (`samplesPerSecond` of the run). */
const togetherSchema = z.strictObject({
  /** Workers that can work and whose solo speed is known. */
  workerCount: count,
  /** The name of the quickest of them, and its solo speed. */
  quickest: workerName,
  aloneSamplesPerSecond: z.number().min(0),
  /** All solo speeds together. */
  mostSamplesPerSecond: z.number().min(0),
  /** Combined speed as a share of that. */
  efficiency: share,
  /** Of all of them, each counted by its solo speed. */
  time: timeSharesSchema,
  /** Together they are, beside the quickest alone; "single" where there is nobody to be held beside. */
  verdict: z.enum(["single", "quicker", "equal", "slower"]),
  /** The same in words, and if they are not quicker, why. */
  sentence: z.string(),
});
export type TogetherView = z.infer<typeof togetherSchema>;

/** How workers that learn side by side exchange what they learned, and what is expected of it: for one of middling speed. */
const exchangeSchema = z.strictObject({
  codec: z.enum(codecNames),
  /** Steps between two exchanges. */
  localSteps: count,
  stepMs: z.number().min(0),
  /** Of the parameters there and the change back. */
  wayMs: z.number().min(0),
  /** All workers together, as the cost model expects it. */
  samplesPerSecond: z.number().min(0),
  /** The same in words, and why. */
  sentence: z.string(),
});
export type ExchangeView = z.infer<typeof exchangeSchema>;

export const runStates = ["waiting", "training", "evaluating", "paused", "finished", "stopped"] as const;

export const runViewSchema = z.strictObject({
  run: runId,
  state: z.enum(runStates),
  /** The state in words: "Step 412 of 9,380, epoch 1 of 10, about 3 min left." */
  sentence: z.string(),
  recipe: z.string(),
  recipeTitle: z.string(),
  dataset: z.string(),
  datasetTitle: z.string(),
  /** Why the run trains on something else than the recipe's dataset; null when it does not. */
  datasetWarning: z.string().nullable(),
  strategy: z.enum(["sync", "local"]),
  /** Whether the run is the same bit for bit whoever computes it. */
  exact: z.boolean(),
  seed: count,
  parameterCount: count,
  batchSize: count,
  /** Steps done and steps of the whole run. */
  step: count,
  steps: count,
  /** The epoch under way, from 1. */
  epoch: count,
  epochs: count,
  /** Mean over the epoch's batches so far of the mean cross-entropy; of the last epoch while a new one has no step. */
  loss: z.number().nullable(),
  stepLoss: z.number().nullable(),
  /** Newest on the test set, 0 … 1. */
  accuracy: z.number().nullable(),
  testLoss: z.number().nullable(),
  /** As of the last evaluation; null when nothing is wrong, or none is over. */
  diagnosis: diagnosisSchema.nullable(),
  /** Progress of the evaluation under way, 0 … 1; null when there is none. */
  evaluationProgress: z.number().nullable(),
  samplesPerSecond: z.number().min(0),
  secondsLeft: z.number().nullable(),
  /** Null while nothing is trained, and until a worker's speed is known. */
  together: togetherSchema.nullable(),
  /** Null under another strategy than `local`, and until a worker's pace is known. */
  exchange: exchangeSchema.nullable(),
  startedAt: milliseconds,
  /** Those that are here first, in the order in which they came; then those that left. */
  workers: z.array(workerViewSchema).max(limits.listedWorkers),
  /** How many are in each state; of those that left, all there ever were. */
  workerCounts: z.record(z.enum(workerStates), count),
  /** Shards of training that were counted, of all workers together, since the coordinator started. */
  shards: count,
  /** Figures of the recipe's source, to be shown beside ours; null when it has none. */
  published: z
    .strictObject({
      loss: z.array(z.number()).readonly(),
      trainingAccuracy: z.array(z.number()).readonly().optional(),
      testAccuracy: z.number(),
    })
    .nullable(),
});
export type RunView = z.infer<typeof runViewSchema>;
export type RunState = RunView["state"];

/** Mean loss of one batch. */
export const lossPointSchema = z.strictObject({ step: count, loss: z.number() });
export type LossPoint = z.infer<typeof lossPointSchema>;

/** One finished and evaluated epoch. */
export const epochPointSchema = z.strictObject({
  epoch: count,
  step: count,
  /** Mean over the epoch's batches, measured while training. */
  loss: z.number(),
  trainingAccuracy: z.number(),
  testLoss: z.number(),
  testAccuracy: z.number(),
  durationMs: milliseconds,
});
export type EpochPoint = z.infer<typeof epochPointSchema>;

export const logEntrySchema = z.strictObject({
  /** Milliseconds since 1970. */
  at: milliseconds,
  level: z.enum(["info", "warning"]),
  sentence: z.string(),
});
export type LogEntry = z.infer<typeof logEntrySchema>;
