/** What the coordinator says to a worker. */
import * as z from "zod";
import {
  bytes,
  count,
  fingerprint,
  leaseId,
  milliseconds,
  padding,
  parameterVersion,
  runId,
  sampleIndices,
  samplePositions,
  split,
  workerId,
  workerName,
} from "./fields.ts";
import { codecNames, FRAME_HEADER_BYTES } from "./frame-header.ts";
import { limits } from "./limits.ts";
import { refusalSchema } from "./refusal.ts";

/** The answer to `join`: everything a worker needs to make its engine. */
const welcome = z.strictObject({
  type: z.literal("welcome"),
  worker: workerId,
  /** The name under which the dashboard shows this worker. */
  name: workerName,
  run: runId,
  /** The recipe as JSON; `parseRecipe` of the models package owns its schema. */
  recipe: z.record(z.string(), z.json()),
  datasetTitle: z.string().max(200),
  /** Every shard is to be computed by itself, and added along the tree, so that the run is the same bit for bit. */
  exact: z.boolean(),
  /** The fingerprint that every engine of this run must have; null while any will do. */
  fingerprint: fingerprint.nullable(),
  /** Samples of the training set: with a seed and an epoch, they have an order. */
  trainCount: count,
  /** How the change from one version of the parameters to the next is encoded; with fp32 all of them are sent instead; "auto": as it comes. */
  downCodec: z.enum([...codecNames, "auto"]),
});

/** The flat vector of parameters of one version. It, or the change that leads there, goes ahead of the first lease of it. */
const parameters = z.strictObject({ type: z.literal("parameters"), frame: bytes });

/** What to add to the parameters of the version before the frame's. */
const parametersChange = z.strictObject({
  type: z.literal("parameters-change"),
  frame: bytes,
  /** That of the frame which has all parameters of the version. */
  checksum: z.int().min(0).max(0xffff_ffff),
});

/** The newest parameters are there to be fetched over HTTP, at `snapshotPath`: the same frame. No lease comes before they are. */
const fetchParameters = z.strictObject({
  type: z.literal("fetch-parameters"),
  version: parameterVersion,
  /** Of the whole frame. */
  byteLength: z.int().min(FRAME_HEADER_BYTES).max(limits.messageBytes),
  /** The one that the frame has in its header. */
  checksum: z.int().min(0).max(0xffff_ffff),
});

/** All samples of the run are there to be fetched over HTTP, at `allSamplesPath`. What is not there in time is asked for as ever. */
const fetchSamples = z.strictObject({
  type: z.literal("fetch-samples"),
  /** Samples of the test set, which follow those to train on. */
  testCount: count,
});

/** Consecutive samples to compute on, with the parameters of `version`. */
const lease = z
  .strictObject({
    type: z.literal("lease"),
    lease: leaseId,
    kind: z.enum(["train", "evaluate"]),
    version: parameterVersion,
    split,
    /** Positions in the split, in the order of the batch; none where a stretch names them. */
    samples: samplePositions(0, limits.leaseSamples),
    /** Steps that the worker takes by itself, on samples that follow each other in the epoch's order; else null. */
    stretch: z
      .strictObject({
        /** Of its first sample, in the epoch's order. */
        position: count,
        sampleCount: z.int().min(1),
        /** The run's step, from 1, that its first one is; each further one is so many steps later. */
        step: z.int().min(1),
        stride: z.int().min(1),
        /** Each batch is taken in so many steps, with an equal part of it each. */
        stepsPerBatch: z.int().min(1).max(limits.stepsPerBatch),
        /** The learning rate is the recipe's at that step, so many times. */
        rateFactor: z.number().positive().max(limits.workers),
      })
      .nullable(),
    /**
     * Of the run and its epoch, counted from 0: names, with each sample's position, the random numbers of dropout and
     * augmentation. Null in evaluation, which has none.
     */
    draws: z.strictObject({ seed: count, epoch: count }).nullable(),
    /** Samples of the next batch that will likely be this worker's, who may ask for them already. */
    ahead: samplePositions(0, limits.aheadSamples),
    /** How the contribution is to be encoded. */
    codec: z.enum(codecNames),
    /** How long the worker may take before the shards are given to someone else. */
    allowedMs: milliseconds,
  })
  .refine(({ samples, stretch }) => (samples.length === 0) === (stretch !== null), {
    path: ["samples"],
    message: "must be named one by one or as a stretch",
  });

/** Of a run whose workers take stretches: the one that will probably be this worker's next, who may ask for its samples already. */
const nextStretch = z.strictObject({
  type: z.literal("next-stretch"),
  /** The one in hand, with which they are asked for. */
  lease: leaseId,
  /** From 0: that of the lease, or the one after it. */
  epoch: count,
  /** In the epoch's order. */
  position: count,
  sampleCount: z.int().min(1),
  /** The run's step, from 1, that its first one will probably be. */
  step: z.int().min(1),
  /** So many of its samples may be computed on before its lease comes. */
  mayBegin: count,
});

/** Bytes of the samples asked for, in the order of the request. */
const samples = z.strictObject({
  type: z.literal("samples"),
  lease: leaseId,
  samples: sampleIndices,
  /** What was done to the pixels; "deflate": they are one stream of raw deflate (RFC 1951). */
  compression: z.enum(["none", "deflate"]),
  pixels: bytes,
  labels: bytes,
});

/** To be answered at once: its way there and back is measured. */
const probe = z.strictObject({
  type: z.literal("probe"),
  probe: count,
  /** How long the answer's padding is to be. */
  answerBytes: z.int().min(0).max(limits.probeBytes),
  padding,
});

/** The lease was settled without this worker: its result is no longer needed. */
const revoke = z.strictObject({ type: z.literal("revoke"), lease: leaseId });

/** A contribution or evaluation was counted. */
const counted = z.strictObject({ type: z.literal("counted"), lease: leaseId, sampleCount: count });

const refused = z.strictObject({ type: z.literal("refused"), refusal: refusalSchema });

/** The run goes on, rests or is over. */
const runState = z.strictObject({
  type: z.literal("run-state"),
  state: z.enum(["running", "paused", "ended"]),
  sentence: z.string().max(300),
});

export const toWorkerSchema = z.discriminatedUnion("type", [
  welcome,
  parameters,
  fetchParameters,
  fetchSamples,
  parametersChange,
  lease,
  nextStretch,
  samples,
  probe,
  revoke,
  counted,
  refused,
  runState,
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;
export type FetchMessage = z.infer<typeof fetchParameters>;
export type FetchSamplesMessage = z.infer<typeof fetchSamples>;
export type LeaseMessage = z.infer<typeof lease>;
export type NextStretchMessage = z.infer<typeof nextStretch>;
