/** The books of one round of stretches. */
import type { CoordinatorEvent, CoordinatorState, PeerId } from "@convoy/coordination";
import { type LeaseMessage, limits } from "@convoy/protocol";
import type { WeighedChange } from "./averaged-parameters.ts";
import type { Accumulate } from "./books.ts";
import { BrokenInvariant, expect } from "./broken-invariant.ts";
import { floatsIn } from "./floats-in.ts";
import type { LocalStanding } from "./local-standing.ts";
import type { TinyTraining } from "./tiny-training.ts";

/** Places that a round has for changes. */
const PLACES = 4096;

export interface Stretch {
  readonly peer: PeerId;
  /** Of the epoch's batches. */
  readonly first: number;
  /** The batch after the last. */
  readonly end: number;
  readonly sampleCount: number;
  readonly stepsPerBatch: number;
  readonly rateFactor: number;
}

export interface Added extends WeighedChange {
  readonly stepLosses: readonly number[];
}

type Round = NonNullable<CoordinatorState["round"]>;
type Contribution = Extract<CoordinatorEvent, { type: "contribution" }>;

export class StretchBooks {
  /** Of each batch of the epoch, 1 when it is counted, in this round or before. */
  readonly done: Uint8Array;
  readonly #training: TinyTraining;
  readonly #standing: LocalStanding;
  readonly #toCome: number;
  /** In which active lease a batch was found last. */
  readonly #holder: Float64Array;
  readonly #lent = new Map<number, Stretch>();
  readonly #added = new Map<number, Added>();
  readonly #counted: Added[] = [];
  readonly #countedPeers = new Set<PeerId>();

  constructor(training: TinyTraining, standing: LocalStanding) {
    this.#training = training;
    this.#standing = standing;
    this.done = standing.done.slice();
    this.#toCome = this.done.filter((isDone) => isDone === 0).length;
    this.#holder = new Float64Array(this.done.length);
  }

  get counted(): readonly Added[] {
    return this.#counted;
  }

  lease(peer: PeerId, { lease, kind, version, samples, stretch, draws }: LeaseMessage): void {
    const { settings } = this.#training;
    const { batchSize } = settings.recipe;
    const standing = this.#standing;
    expect(!this.#lent.has(lease), () => `lease ${lease} was given twice`);
    expect(
      kind === "train" && version === standing.version && stretch !== null && draws?.epoch === standing.epoch,
      () => `lease ${lease} is no stretch of epoch ${standing.epoch} with version ${standing.version}`,
    );
    const { position, sampleCount, step, stride, stepsPerBatch, rateFactor } = stretch;
    const first = position / batchSize;
    const end = Math.ceil((position + sampleCount) / batchSize);
    expect(
      samples.length === 0 && Number.isInteger(first) && end > first && end <= this.done.length,
      () => `lease ${lease} does not name batches of the epoch`,
    );
    expect(
      position + sampleCount === Math.min(end * batchSize, settings.trainCount) && end - first <= limits.localSteps,
      () => `lease ${lease} does not name whole batches`,
    );
    const doneBatch = this.done.indexOf(1, first);
    expect(doneBatch === -1 || doneBatch >= end, () => `lease ${lease} is for batch ${doneBatch}, which is counted`);
    expect(!this.#countedPeers.has(peer), () => `peer ${peer} is lent a second stretch, lease ${lease}, in one round`);
    expect(
      step === standing.step + 1 && stride >= 1 && stride <= this.#toCome && rateFactor === this.#rateFactor(stride),
      () =>
        `lease ${lease} begins with step ${step}, its stride is ${stride}, and its rate ${rateFactor} times as large`,
    );
    expect(
      stepsPerBatch === this.#stepsPerBatch(stride),
      () => `lease ${lease} asks for ${stepsPerBatch} steps on a batch, and ${stride} learn side by side`,
    );
    this.#lent.set(lease, { peer, first, end, sampleCount, stepsPerBatch, rateFactor });
  }

  /** The stretch that a result of this worker's may count for. */
  due(state: CoordinatorState, peer: PeerId, lease: number): Stretch | null {
    const stretch = this.#lent.get(lease);
    const worker = state.workers.get(peer);
    if (state.round === null || stretch?.peer !== peer || worker === undefined || worker.state === "left") return null;
    // Of those that are over, the oldest are forgotten.
    if (!state.leases.has(lease) || this.#countedPeers.has(peer)) return null;
    return this.done.subarray(stretch.first, stretch.end).includes(1) ? null : stretch;
  }

  accumulate({ group, shardCount, weight }: Accumulate, { frame, stepLosses }: Contribution): Stretch {
    const { lease } = frame;
    const stretch = this.#lent.get(lease);
    expect(stretch !== undefined, () => `the change of lease ${lease} was added, which was never given`);
    expect(weight === stretch.sampleCount, () => `the change of lease ${lease} has the weight ${weight}`);
    const place = group.index;
    expect(
      group.level === 0 && shardCount === PLACES && place >= 0 && place < PLACES,
      () => `the change of lease ${lease} has no place of its own`,
    );
    expect(!this.#added.has(lease), () => `the change of lease ${lease} was added twice`);
    for (const [other, added] of this.#added) {
      expect(
        place !== added.place && place < added.place === lease < other,
        () => `the changes of leases ${lease} and ${other} are added in another order than theirs`,
      );
    }
    this.#added.set(lease, { place, sampleCount: stretch.sampleCount, change: floatsIn(frame.vector), stepLosses });
    return stretch;
  }

  /** The coordinator says that the result of a lease counts. */
  count(peer: PeerId, lease: number): void {
    const stretch = this.#lent.get(lease);
    const added = this.#added.get(lease);
    expect(stretch?.peer === peer, () => `lease ${lease} counts for peer ${peer}, who does not have it`);
    expect(added !== undefined, () => `lease ${lease} counts, but its change was not added`);
    expect(!this.#countedPeers.has(peer), () => `two stretches of peer ${peer} count in one round`);
    for (let batch = stretch.first; batch < stretch.end; batch++) {
      if (this.done[batch] === 1) throw new BrokenInvariant(`batch ${batch} was counted twice`);
      this.done[batch] = 1;
    }
    this.#countedPeers.add(peer);
    this.#counted.push(added);
  }

  /** What the coordinator believes of the round must be what these books say. */
  compare({ leases, workers, wakeAt }: CoordinatorState, { kind, local, shards }: Round): void {
    const { version } = this.#standing;
    expect(
      kind === "train" && local !== null && shards.length === this.done.length,
      () => `the round of version ${version} is another one than its turn`,
    );
    this.#holder.fill(0);
    let active = 0;
    for (const lease of leases.values()) {
      if (lease.state !== "active") continue;
      active++;
      const stretch = this.#lent.get(lease.id);
      if (stretch?.peer !== lease.peer) throw new BrokenInvariant(`lease ${lease.id} is active, but was never given`);
      const worker = workers.get(lease.peer);
      if (worker?.state !== "working" || worker.lease?.id !== lease.id)
        throw new BrokenInvariant(`lease ${lease.id} is active, but its worker ${lease.peer} does not work on it`);
      if (wakeAt === null || wakeAt > lease.deadline)
        throw new BrokenInvariant(`nothing will happen when lease ${lease.id} is late`);
      this.#hold(lease.id, stretch);
    }
    for (let batch = 0; batch < shards.length; batch++) {
      const expected = this.done[batch] === 1 ? "done" : this.#holder[batch] !== 0 ? "leased" : "open";
      if (shards[batch] !== expected)
        throw new BrokenInvariant(
          `batch ${batch} of version ${version} is ${shards[batch]}, and should be ${expected}`,
        );
    }
    expect(
      active > 0 || local.contributions.length === 0,
      () => `the round of version ${version} stays open, and nobody is waited for`,
    );
    expect(
      local.contributions.length === this.#counted.length && local.contributions.length <= local.leaseCount,
      () =>
        `${local.contributions.length} changes of ${local.leaseCount} leases are kept, ${this.#counted.length} came`,
    );
    this.#compareAnnounced(workers);
    expect(local.leaseCount <= PLACES, () => `${local.leaseCount} leases have ${PLACES} places`);
  }

  /** No two workers that may come to what they were told of were told of the same. */
  #compareAnnounced(workers: CoordinatorState["workers"]): void {
    const told = new Set<string>();
    for (const { peer, state, announced } of workers.values()) {
      if (announced === null || (state !== "ready" && state !== "working")) continue;
      const { epoch, first, end } = announced;
      expect(
        first < end && end <= this.done.length && epoch <= this.#standing.epoch + 1,
        () => `peer ${peer} was told of batches ${first} to ${end} of epoch ${epoch}`,
      );
      for (let batch = first; batch < end; batch++) {
        const name = `${epoch} ${batch}`;
        expect(!told.has(name), () => `two workers were told of batch ${batch} of epoch ${epoch}, ${peer} is one`);
        told.add(name);
      }
    }
  }

  #hold(lease: number, { first, end }: Stretch): void {
    for (let batch = first; batch < end; batch++) {
      if (this.#holder[batch] !== 0)
        throw new BrokenInvariant(`batch ${batch} is in two active leases: ${this.#holder[batch]} and ${lease}`);
      if (this.done[batch] === 1)
        throw new BrokenInvariant(`lease ${lease} is active, though batch ${batch} is counted`);
      this.#holder[batch] = lease;
    }
  }

  /** At most four, and none on fewer than sixteen samples. */
  #stepsPerBatch(stride: number): number {
    const { strategy, recipe } = this.#training.settings;
    if (strategy.type === "sync" || strategy.rateScaling !== "smaller-batches") return 1;
    return Math.max(1, Math.min(stride, 4, Math.floor(recipe.batchSize / 16)));
  }

  #rateFactor(stride: number): number {
    const { strategy } = this.#training.settings;
    if (strategy.type === "sync" || strategy.rateScaling === "none") return 1;
    if (strategy.rateScaling === "smaller-batches")
      return Math.min(stride / Math.sqrt(this.#stepsPerBatch(stride)), 2 * Math.sqrt(stride));
    if (strategy.rateScaling === "square-root") return Math.sqrt(stride);
    return strategy.rateScaling === "linear" || stride <= 4 ? stride : 2 * Math.sqrt(stride);
  }
}

/** Of each step its mean loss: first the first of each stretch, in the order of their leases, then the second. */
export function lossesOf(added: readonly Added[], batchSize: number): number[] {
  const points = added.flatMap(({ place, stepLosses, sampleCount }) =>
    stepLosses.map((lossSum, index) => {
      const samples = Math.min(batchSize, sampleCount - index * batchSize);
      return { index, place, loss: lossSum / samples };
    }),
  );
  return points.sort((a, b) => a.index - b.index || a.place - b.place).map(({ loss }) => loss);
}

/** A round is closed when nobody works any more: whoever did before this event is the one it is about, or late. */
export function expectNobodyIsWaitedFor(
  { leases }: CoordinatorState,
  event: CoordinatorEvent,
  done: Uint8Array,
  version: number,
): void {
  for (const { id, peer, state, deadline, first, end } of leases.values()) {
    if (state !== "active" || ("peer" in event && event.peer === peer)) continue;
    const isLate = event.type === "tick" && deadline <= event.now;
    expect(
      isLate || done.subarray(first, end).includes(1),
      () => `version ${version} was published, though lease ${id} of peer ${peer} is still out`,
    );
  }
}
