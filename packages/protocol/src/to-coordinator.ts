/** What workers and viewers say to the coordinator. */
import * as z from "zod";
import {
  bytes,
  count,
  description,
  engineIdentity,
  leaseId,
  lossSum,
  milliseconds,
  outcomeFields,
  padding,
  parameterVersion,
  protocolVersion,
  sampleIndices,
  token,
  workerName,
} from "./fields.ts";
import { limits } from "./limits.ts";

/** The first message of a worker. */
const join = z.strictObject({
  type: z.literal("join"),
  protocol: protocolVersion,
  name: workerName,
  device: description,
  token,
});

/** This engine is being tested now. */
const proving = z.strictObject({ type: z.literal("proving"), engine: workerName });

/** The engine passed its self-test: the worker may be given leases. */
const ready = z.strictObject({
  type: z.literal("ready"),
  engine: engineIdentity,
  /** Of the self-test: largest error of a tensor relative to its largest value, and how long it took. */
  proof: z.strictObject({ largestError: z.number().min(0), durationMs: milliseconds }),
});

/** No engine of this device can train: the worker leaves and says why. */
const decline = z.strictObject({ type: z.literal("decline"), reason: description });

/** It holds this version of the parameters, which it was told to fetch. */
const fetched = z.strictObject({ type: z.literal("fetched"), version: parameterVersion });

/** It cannot fetch this version of the parameters over HTTP. */
const fetchFailed = z.strictObject({ type: z.literal("fetch-failed"), version: parameterVersion, reason: description });

/** Asks for the samples of a lease that the worker does not have. */
const requestSamples = z.strictObject({ type: z.literal("request-samples"), lease: leaseId, samples: sampleIndices });

/**
 * The summed gradient of a training lease; or of a stretch the parameters before it less those after it. The frame names
 * run, version and lease.
 */
const contribution = z.strictObject({
  type: z.literal("contribution"),
  ...outcomeFields,
  /** Of each batch of a stretch, the sum of its samples' losses; none of a gradient, or where one is not a number. */
  stepLosses: z.array(lossSum).max(limits.localSteps),
  /** Of `computeMs`, what was computed before the lease came: a stretch's first steps, when it had been announced. */
  headStartMs: milliseconds,
  frame: bytes,
});

/** What became of each sample of an evaluation lease; `readPredictions` reads it. */
const evaluation = z.strictObject({
  type: z.literal("evaluation"),
  lease: leaseId,
  version: parameterVersion,
  computeMs: milliseconds,
  predictions: bytes,
});

/** The answer to a probe, with as much padding as it asked for. */
const probed = z.strictObject({ type: z.literal("probed"), probe: count, padding });

/** Gives a lease back unfinished. */
const returnLease = z.strictObject({ type: z.literal("return-lease"), lease: leaseId, reason: description });

/** The person at the device paused or resumed lending it. */
const availability = z.strictObject({ type: z.literal("availability"), available: z.boolean() });

/** Says goodbye; a socket that just closes means the same without the reason. */
const leave = z.strictObject({ type: z.literal("leave"), reason: description });

/** The first message of a viewer. */
const watch = z.strictObject({ type: z.literal("watch"), protocol: protocolVersion, token });

/** Controls the run. */
const control = z.strictObject({ type: z.literal("control"), action: z.enum(["pause", "resume", "stop"]) });

export const toCoordinatorSchema = z.discriminatedUnion("type", [
  join,
  proving,
  ready,
  decline,
  fetched,
  fetchFailed,
  requestSamples,
  contribution,
  evaluation,
  probed,
  returnLease,
  availability,
  leave,
  watch,
  control,
]);
export type ToCoordinator = z.infer<typeof toCoordinatorSchema>;
export type ControlAction = z.infer<typeof control>["action"];
