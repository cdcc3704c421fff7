/** The books of a round of `sync`, or of an evaluation: which shards it has, who was lent which of them, which are counted. */
import type { CoordinatorEvent, CoordinatorState, PeerId, RunPosition } from "@convoy/coordination";
import { batchCount, SHARD_SIZE, shardCount } from "@convoy/datasets";
import { endShard, firstShard } from "@convoy/gradients";
import type { LeaseMessage, LossPoint } from "@convoy/protocol";
import { type Accumulate, type Books, mostOf, type Update, type Verdict } from "./books.ts";
import { BrokenInvariant, expect } from "./broken-invariant.ts";
import { judgePredictions } from "./judge-predictions.ts";
import type { SingleProcessRun } from "./single-process-run.ts";

/** What the rounds of a run are made of. */
export type KnownRun = Pick<SingleProcessRun, "training" | "steps" | "batch" | "stepLoss" | "parameters">;

interface Lent {
  readonly peer: PeerId;
  readonly first: number;
  /** The shard after the last. */
  readonly end: number;
  readonly sampleCount: number;
}

export class RoundBooks implements Books {
  version: number;
  hasCounted: boolean;
  readonly #run: KnownRun;
  readonly #stepsOfEpoch: number;
  readonly #testSamples: Uint32Array;
  /** Where a sample stands in the batch under way. */
  readonly #placeOfSample: Uint32Array;
  #evaluates: boolean;
  #samples: Uint32Array = new Uint32Array();
  #counted: Uint8Array = new Uint8Array();
  /** In which active lease a shard was found last. */
  #holder: Float64Array = new Float64Array();
  #lent = new Map<number, Lent>();
  /** Who got no numbers in this round. */
  #failing = new Set<PeerId>();
  #accumulated: number | null = null;

  /** `evaluates`: the epoch that ends with this version is still to be tested. */
  constructor(run: KnownRun, version: number, evaluates: boolean) {
    const { trainCount, testCount, recipe } = run.training.settings;
    this.#run = run;
    this.#stepsOfEpoch = batchCount(trainCount, recipe.batchSize);
    this.#testSamples = Uint32Array.from({ length: testCount }, (_, i) => i);
    this.#placeOfSample = new Uint32Array(Math.max(trainCount, testCount));
    this.version = version;
    this.hasCounted = version > 0;
    this.#evaluates = evaluates;
    this.#open();
  }

  get step(): number {
    return this.version;
  }

  judge(state: CoordinatorState, event: CoordinatorEvent): Verdict {
    if (event.type === "contribution") {
      const { frame, finite, lossSum } = event;
      if (this.#evaluates || frame.run !== state.settings.run || frame.version !== this.version) return "void";
      if (!this.#isDue(state, event.peer, frame.lease)) return "void";
      if (event.correctCount > (this.#lent.get(frame.lease)?.sampleCount ?? 0)) return "void";
      return finite && Number.isFinite(lossSum) ? "counts" : "no numbers";
    }
    if (event.type !== "message" || event.message.type !== "evaluation") return "void";
    const { message, peer } = event;
    if (!this.#evaluates || message.version !== this.version) return "void";
    const lent = this.#lent.get(message.lease);
    if (lent === undefined || !this.#isDue(state, peer, message.lease)) return "void";
    const first = lent.first * SHARD_SIZE;
    return judgePredictions(message.predictions, state, this.#samples.subarray(first, first + lent.sampleCount));
  }

  lease(peer: PeerId, { lease, kind, version, samples }: LeaseMessage): void {
    expect(!this.#lent.has(lease), () => `lease ${lease} was given twice`);
    expect(
      kind === (this.#evaluates ? "evaluate" : "train") && version === this.version,
      () => `lease ${lease} is for version ${version} and to ${kind}, the round is of version ${this.version}`,
    );
    const place = this.#placeOfSample[samples[0] as number] as number;
    const first = place / SHARD_SIZE;
    const end = Math.ceil((place + samples.length) / SHARD_SIZE);
    expect(
      Number.isInteger(first) && (samples.length % SHARD_SIZE === 0 || place + samples.length === this.#samples.length),
      () => `lease ${lease} does not name whole shards`,
    );
    for (let i = 0; i < samples.length; i++) {
      if (samples[i] !== this.#samples[place + i])
        throw new BrokenInvariant(`lease ${lease} does not name consecutive samples of the batch`);
    }
    for (let shard = first; shard < end; shard++) {
      if (this.#counted[shard] === 1)
        throw new BrokenInvariant(`lease ${lease} is for shard ${shard}, which is counted`);
    }
    this.#lent.set(lease, { peer, first, end, sampleCount: samples.length });
  }

  count(peer: PeerId, lease: number): void {
    const lent = this.#lent.get(lease);
    expect(lent?.peer === peer, () => `lease ${lease} counts for peer ${peer}, who does not have it`);
    expect(
      this.#evaluates || this.#accumulated === lease,
      () => `lease ${lease} counts, but its gradient was not added`,
    );
    this.#accumulated = null;
    this.hasCounted = true;
    for (let shard = lent.first; shard < lent.end; shard++) {
      if (this.#counted[shard] === 1)
        throw new BrokenInvariant(`shard ${shard} of version ${this.version} was counted twice`);
      this.#counted[shard] = 1;
    }
  }

  accumulate({ group, shardCount: ofShards, weight }: Accumulate, event: CoordinatorEvent): void {
    const lease = event.type === "contribution" ? event.frame.lease : 0;
    const lent = this.#lent.get(lease);
    expect(
      lent !== undefined &&
        weight === 1 &&
        ofShards === this.#counted.length &&
        firstShard(group) === lent.first &&
        endShard(group, ofShards) === lent.end,
      () => `the gradient of lease ${lease} was added in the place of another`,
    );
    expect(this.#accumulated === null, () => `the gradient of lease ${lease} was added twice`);
    this.#accumulated = lease;
  }

  update({ version, sampleCount }: Update): void {
    expect(version === this.version + 1, () => `version ${version} follows version ${this.version}`);
    expect(!this.#evaluates, () => `version ${version} was made in an evaluation`);
    this.#expectComplete(`version ${version} was published`);
    expect(
      sampleCount === this.#samples.length,
      () => `version ${version} divides by ${sampleCount} samples, its batch has ${this.#samples.length}`,
    );
    this.version = version;
    this.#evaluates = version % this.#stepsOfEpoch === 0;
    this.#open();
  }

  endEvaluation(): void {
    expect(this.#evaluates, () => `an epoch was reported in the midst of it, at version ${this.version}`);
    this.#expectComplete(`the test after version ${this.version} was reported`);
    this.#evaluates = false;
    // After the last epoch no round follows.
    if (this.version < this.#run.steps) this.#open();
  }

  fail(peer: PeerId): void {
    this.#failing.add(peer);
  }

  mostFail(state: CoordinatorState): boolean {
    return mostOf(this.#failing, state);
  }

  reportLoss({ step, loss }: LossPoint): void {
    const expected = this.#run.stepLoss(step);
    expect(loss === expected, () => `step ${step} reports a loss of ${loss}, a single process has ${expected}`);
  }

  published(version: number, parameters: Float32Array): void {
    const expected = this.#run.parameters(version);
    for (let i = 0; i < expected.length; i++) {
      if (!Object.is(parameters[i], expected[i]))
        throw new BrokenInvariant(
          `parameter ${i} of version ${version} is ${parameters[i]}, a single process has ${expected[i]}`,
        );
    }
  }

  saved({ step, version }: RunPosition): void {
    expect(step === version, () => `a checkpoint says step ${step} of version ${version}`);
  }

  retract(): void {
    this.version--;
  }

  compare({ round, leases, workers, wakeAt }: CoordinatorState): void {
    if (round === null) return;
    const { shards } = round;
    expect(
      round.kind === (this.#evaluates ? "evaluate" : "train") && shards.length === this.#counted.length,
      () => `the round of version ${this.version} is another one than its turn`,
    );
    this.#holder.fill(0);
    for (const lease of leases.values()) {
      if (lease.state !== "active") continue;
      const lent = this.#lent.get(lease.id);
      if (lent?.peer !== lease.peer) throw new BrokenInvariant(`lease ${lease.id} is active, but was never given`);
      const worker = workers.get(lease.peer);
      if (worker?.state !== "working" || worker.lease?.id !== lease.id)
        throw new BrokenInvariant(`lease ${lease.id} is active, but its worker ${lease.peer} does not work on it`);
      if (wakeAt === null || wakeAt > lease.deadline)
        throw new BrokenInvariant(`nothing will happen when lease ${lease.id} is late`);
      for (let shard = lent.first; shard < lent.end; shard++) {
        if (this.#holder[shard] !== 0)
          throw new BrokenInvariant(`shard ${shard} is in two active leases: ${this.#holder[shard]} and ${lease.id}`);
        this.#holder[shard] = lease.id;
      }
    }
    for (let shard = 0; shard < shards.length; shard++) {
      const expected = this.#counted[shard] === 1 ? "done" : this.#holder[shard] !== 0 ? "leased" : "open";
      if (shards[shard] !== expected)
        throw new BrokenInvariant(
          `shard ${shard} of version ${this.version} is ${shards[shard]}, and should be ${expected}`,
        );
    }
  }

  #isDue(state: CoordinatorState, peer: PeerId, lease: number): boolean {
    const lent = this.#lent.get(lease);
    const worker = state.workers.get(peer);
    if (state.round === null || lent?.peer !== peer || worker === undefined || worker.state === "left") return false;
    // Of those that are over, the oldest are forgotten.
    if (!state.leases.has(lease)) return false;
    return !this.#counted.includes(1, lent.first) || !this.#counted.subarray(lent.first, lent.end).includes(1);
  }

  #expectComplete(what: string): void {
    const missing = this.#counted.indexOf(0);
    expect(missing === -1, () => `${what} without shard ${missing}`);
  }

  #open(): void {
    this.#samples =
      this.#evaluates || this.version === this.#run.steps ? this.#testSamples : this.#run.batch(this.version);
    for (let place = 0; place < this.#samples.length; place++)
      this.#placeOfSample[this.#samples[place] as number] = place;
    this.#counted = new Uint8Array(shardCount(this.#samples.length));
    this.#holder = new Float64Array(this.#counted.length);
    this.#lent = new Map();
    this.#failing = new Set();
    this.#accumulated = null;
  }
}
