/** All that the coordinator knows when it decides: kilobytes, immutable, without a single parameter or gradient. */
import { batchCount, epochOrder } from "@convoy/datasets";
import type { Group, PartialSums } from "@convoy/gradients";
import type {
  CodecName,
  Diagnosis,
  EvaluationView,
  Predictions,
  Split,
  TogetherView,
  WorkerState,
} from "@convoy/protocol";
import type { TrainedTask, TrainingCurves } from "./diagnosis/curves.ts";
import type { GradientSizes } from "./gradient-size.ts";
import type { Expected } from "./local/cost-model.ts";
import type { EpochOrder } from "./local/following-epoch.ts";
import type { StretchResult } from "./local/local-round.ts";
import type { RunSettings } from "./settings.ts";
import type { TimeSpent } from "./time-spent.ts";
import type { TrainingClock } from "./training-clock.ts";
import type { Download, Link, Probing } from "./way-to-worker.ts";

/** Names one connection. The shell counts them; a number is never used twice. */
export type PeerId = number;

export interface Worker {
  readonly peer: PeerId;
  readonly name: string;
  readonly device: string;
  /** The engine that is being tested, or that has passed, in words; null before either. */
  readonly engine: string | null;
  /** Of the engine that passed its self-test; null before. */
  readonly fingerprint: string | null;
  readonly state: WorkerState;
  readonly joinedAt: number;
  /** When it last said something about its engine, until that has passed its self-test. */
  readonly provingSince: number;
  /** The lease it works on, also when that has expired and its round is over. */
  readonly lease: LeaseInHand | null;
  /** The version of the parameters that it was sent or has fetched last, and holds unless it says otherwise. */
  readonly holdsVersion: number | null;
  readonly download: Download;
  /** Samples per second, from lease to result; null until measured. */
  readonly speed: { readonly train: number | null; readonly evaluate: number | null };
  /** What the way to it is like, as measured when it joined; null until all probes were answered. */
  readonly link: Link | null;
  /** The probe that was sent last, and what those before it took; null when none is open. */
  readonly probing: Probing | null;
  /** In `local`: what its last stretches took; null until measured. */
  readonly stretchPace: StretchPace | null;
  /** In `local`: how far ahead it was when the last round was closed. */
  readonly lead: Lead;
  /** The stretch that it was told it will probably get next; null when it was told of none, or has come to it. */
  readonly announced: Announced | null;
  /** When it became ready last, on the training clock. */
  readonly readySince: number;
  readonly timeSpent: TimeSpent;
  /** It has asked for samples since its last lease was given, or is new: then its next lease names some ahead. */
  readonly fetches: boolean;
  /** Set while the worker is passed over because it is slow: when to try it again, and how long to wait after that. */
  readonly standby: { readonly until: number; readonly nextMs: number } | null;
  /** Results that came back from its engine, counted or too late. */
  readonly leases: number;
  readonly strikes: number;
  /** How often it has changed over to another engine. */
  readonly engineChanges: number;
  readonly refusals: number;
  readonly shards: number;
  readonly samples: number;
}

/** What exchanges took for so many workers, as of then. */
export interface TriedWay {
  readonly wayMs: number;
  readonly workerCount: number;
  readonly at: number;
}

/** What a stretch takes a worker: the steps, and all that comes with it however many they are. */
export interface StretchPace {
  readonly msPerSample: number;
  readonly overheadMs: number;
}

/** What a worker could compute of its next stretch before the round was closed, in milliseconds. */
export interface Lead {
  readonly ms: number;
  /** More than the mean of those whose stretches came. */
  readonly beyondMeanMs: number;
}

export interface LeaseInHand {
  readonly id: number;
  readonly kind: RoundKind;
  readonly sampleCount: number;
  readonly issuedAt: number;
}

export type RoundKind = "train" | "evaluate";

/** What samples gave, put together along the tree like the gradients: sums in training, in an evaluation each of them. */
export type Tally =
  | { readonly kind: "train"; readonly lossSum: number; readonly correctCount: number }
  | { readonly kind: "evaluate"; readonly predictions: Predictions };

export type ShardState = "open" | "leased" | "done";

/** Shards that follow each other. */
export interface ShardRange {
  readonly first: number;
  /** The shard after the last. */
  readonly end: number;
}

/**
 * From one published version of the parameters to the next: one batch, one pass over the test set, or in `local` what
 * the workers take of the epoch at a time.
 */
export interface Round {
  readonly kind: RoundKind;
  readonly split: Split;
  /** Positions in the split, in the order of the batch; in `local` of the epoch. */
  readonly samples: Uint32Array;
  /** Samples of a shard; in `local` it is a batch, and the last may be shorter as well. */
  readonly shardSize: number;
  readonly shards: readonly ShardState[];
  /** Of a round of `local`; null in any other. */
  readonly local: LocalRound | null;
  readonly parts: PartialSums<Tally>;
  /** Who sent results that are not numbers. */
  readonly notFinite: ReadonlySet<PeerId>;
  /** Who sent a gradient that is too large to be believed at once, and how large the last of them was. */
  readonly tooLarge: ReadonlyMap<PeerId, number>;
  readonly openedAt: number;
  /** When the first shard was leased; null while nobody could take one. */
  readonly startedAt: number | null;
}

/** What is known of a round in which every worker takes steps of its own. */
export interface LocalRound {
  /** Of each sample, its position in the epoch's order. */
  readonly positions: Uint32Array;
  /** Leases given: the number of the next one's place in the tree of sums. */
  readonly leaseCount: number;
  /** How long the round is to take; null until its first lease. */
  readonly spanMs: number | null;
  /** Workers that are expected to take part. */
  readonly workerCount: number;
  readonly contributions: readonly StretchResult[];
}

export interface Lease extends ShardRange {
  readonly id: number;
  readonly peer: PeerId;
  /** Its place in the tree of sums: the shards themselves, but for a round of `local`. */
  readonly group: Group;
  readonly sampleCount: number;
  /** Whether it names samples of the next batch too. */
  readonly namesAhead: boolean;
  /** The stretch that its worker was told of with it, whose samples it may ask for. */
  readonly announced: Announced | null;
  /** Whether its worker was told of it, and so may have begun it before. */
  readonly wasAnnounced: boolean;
  /** Of a stretch, how many of the recipe's steps those on one batch may come to; 1 of any other. */
  readonly reach: number;
  readonly issuedAt: number;
  readonly deadline: number;
  /** "expired": someone else may have the shards by now, but the first valid result still counts. */
  readonly state: "active" | "expired" | "settled";
}

/** The epoch under way. */
export interface EpochSoFar {
  /** From 0. */
  readonly epoch: number;
  readonly startedAt: number;
  /** Sum over the batches so far of the mean loss of each. */
  readonly lossSum: number;
  readonly batches: number;
  /** The batches that are still to come, first and end of each range; null where they are simply the last ones. */
  readonly open: readonly (readonly [number, number])[] | null;
  readonly correctCount: number;
  readonly sampleCount: number;
}

/** Batches of an epoch that somebody will probably be lent. */
export interface Announced extends ShardRange {
  /** From 0: the one under way, or the following one. */
  readonly epoch: number;
}

/** Finished training rounds of the last seconds, short ones together. */
export type Pace = readonly { readonly rounds: number; readonly samples: number; readonly durationMs: number }[];

export interface CoordinatorState {
  readonly settings: RunSettings;
  /** Of the test set, one class index for each sample. */
  readonly testLabels: Uint8Array;
  readonly control: "running" | "paused" | "finished" | "stopped";
  /** Why the run ended, in a sentence; null while it goes on. */
  readonly ending: string | null;
  readonly startedAt: number;
  /** Of the parameters. */
  readonly version: number;
  /** Training steps done. */
  readonly step: number;
  readonly epoch: EpochSoFar;
  /** As they were before the newest step, in case that led nowhere. */
  readonly before: Pick<CoordinatorState, "step" | "epoch" | "newest" | "curves"> | null;
  /** A frame of more bytes is fetched over HTTP by whoever holds none: the policy's, but for tests of small networks. */
  readonly snapshotBytes: number;
  /** The order of the epoch under way. */
  readonly order: Uint32Array;
  /** Of the epoch after it, once somebody was told of a stretch of it. */
  readonly following: EpochOrder | null;
  /** Null when the run has ended. */
  readonly round: Round | null;
  /** Of the engines that an exact run is bound to; null while any will do. */
  readonly fingerprint: string | null;
  /** When the run was last saved, or began. */
  readonly checkpointAt: number;
  /** Of this round. */
  readonly leases: ReadonlyMap<number, Lease>;
  readonly lastLease: number;
  readonly workers: ReadonlyMap<PeerId, Worker>;
  /** Workers that left, also those that are forgotten. */
  readonly departedCount: number;
  /** Of the last contributions. */
  readonly gradientSizes: GradientSizes;
  /** How long the vector of the parameters was when this coordinator began; null where nobody has measured it. */
  readonly parametersNorm: number | null;
  /** Shards of training that were counted. */
  readonly shardCount: number;
  readonly newest: {
    readonly loss: number | null;
    readonly stepLoss: number | null;
    readonly accuracy: number | null;
    readonly testLoss: number | null;
  };
  /** What became of the test set in the newest evaluation; null before the first is over. */
  readonly evaluation: EvaluationView | null;
  readonly curves: TrainingCurves;
  /** What is wrong with the training as of the last evaluation; null when nothing is. */
  readonly diagnosis: Diagnosis | null;
  readonly pace: Pace;
  readonly clock: TrainingClock;
  /** What the log was told last of all together beside the quickest alone; null before. */
  readonly saidTogether: TogetherView["verdict"] | null;
  /** Where the settings leave the codec to the coordinator: the one that it has chosen. */
  readonly codec: CodecName;
  /** In which the change that led to the newest version was encoded; with fp32 there is none, and all parameters are sent. */
  readonly changeCodec: CodecName;
  /** Where the coordinator chooses: what the way took in each codec when it was left for another. */
  readonly ways: ReadonlyMap<CodecName, TriedWay>;
  /** In `local`: what is expected of the round under way; null until a worker's pace is known. */
  readonly expected: Expected | null;
  /** When the shell was asked to send the next tick. */
  readonly wakeAt: number | null;
}

export function stepsOfEpoch(settings: RunSettings): number {
  return batchCount(settings.trainCount, settings.recipe.batchSize);
}

export function stepsOfRun(settings: RunSettings): number {
  return stepsOfEpoch(settings) * settings.epochs;
}

/** What the curves of a run are judged against. */
export function taskOf(settings: RunSettings): TrainedTask {
  return { classCount: settings.recipe.model.classCount, stepsPerEpoch: stepsOfEpoch(settings) };
}

export function emptyEpoch(epoch: number, now: number): EpochSoFar {
  return { epoch, startedAt: now, lossSum: 0, batches: 0, open: null, correctCount: 0, sampleCount: 0 };
}

export function orderOfEpoch(settings: RunSettings, epoch: number): Uint32Array {
  return epochOrder(settings.seed, epoch, settings.trainCount);
}

/** Whether a peer is one of the run's workers. */
export function isPresent({ workers }: CoordinatorState, peer: PeerId): boolean {
  const worker = workers.get(peer);
  return worker !== undefined && worker.state !== "left";
}
