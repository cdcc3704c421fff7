/**
 * What must be true after every event, whatever the network and the workers do. It keeps books of its own from what the
 * coordinator says and is told, and compares them with what the coordinator believes.
 */
import type {
  CoordinatorEffect,
  CoordinatorEvent,
  CoordinatorState,
  CoordinatorTransition,
  DataPlane,
  PeerId,
} from "@convoy/coordination";
import { type EpochPoint, limits, type NextStretchMessage, type VectorFrame } from "@convoy/protocol";
import type { Books } from "./books.ts";
import { expect } from "./broken-invariant.ts";
import type { Link } from "./faulty-network.ts";
import type { SentToCoordinator, SentToWorker } from "./messages.ts";
import type { CoordinatorWitness } from "./simulated-coordinator.ts";
import type { SimulatedTraining } from "./simulated-training.ts";
import { WireCheck } from "./wire-check.ts";
import type { WorkerWitness } from "./worker-surroundings.ts";

/** Workers that left and are still listed. */
const DEPARTED_WORKERS = 20;
/** Leases of a round that are over and may still be answered. */
const LEASES_REMEMBERED = 256;

/** Parts that the pace is measured in. */
const PACE_PARTS = 32;

type KnownRun = Pick<SimulatedTraining, "training" | "steps" | "openBooks">;

export class Invariants implements CoordinatorWitness, WorkerWitness {
  /** When a shard was counted last. */
  progressAt = 0;
  readonly #run: KnownRun;
  readonly #wire = new WireCheck();
  #books: Books;
  #fingerprint: string | null = null;
  /** Of each version: more than one where a coordinator that went on from an earlier one came to others. */
  readonly #published = new Map<number, Float32Array[]>();

  constructor(run: KnownRun) {
    this.#run = run;
    this.#books = run.openBooks(0, false);
  }

  started(state: CoordinatorState): void {
    this.#books = this.#run.openBooks(state.version, state.round?.kind === "evaluate");
    this.#fingerprint = state.fingerprint;
    expect(
      state.step === this.#books.step,
      () => `a run goes on with step ${state.step} at version ${state.version}, and should with ${this.#books.step}`,
    );
    this.#books.compare(state);
  }

  decided(
    before: CoordinatorState,
    event: CoordinatorEvent,
    { state, effects }: CoordinatorTransition,
    link: Link | null,
  ): void {
    if (event.type === "diverged") this.#books.retract();
    const verdict = this.#books.judge(before, event);
    if (verdict === "no numbers" && "peer" in event) this.#books.fail(event.peer);
    const mayDiverge = verdict === "no numbers" && this.#books.mostFail(before);
    let counted = false;
    for (const effect of effects) counted = this.#heed(effect, before, event, state) || counted;
    expect(verdict === "doubtful" || counted === (verdict === "counts"), () =>
      counted
        ? `a result counted that must not: ${inWords(event)}`
        : `a valid result was not counted: ${inWords(event)}`,
    );
    this.#checkEnd(before, event, state, mayDiverge);
    if (counted) this.progressAt = event.now;
    if (state === before) return;
    this.#compare(before, event, state);
    this.#wire.toViewer(state, event.now);
    if (link !== null && "peer" in event) this.#checkBlame(state, event.peer, link);
  }

  said(message: SentToWorker): void {
    this.#wire.toWorker(message);
  }

  heard(message: SentToCoordinator): void {
    this.#wire.toCoordinator(message);
  }

  published(version: number, parameters: Float32Array): void {
    this.#books.published(version, parameters);
    const known = this.#published.get(version) ?? [];
    this.#published.set(version, [...known, parameters]);
  }

  computes({ version, vector }: VectorFrame): void {
    const published = this.#published.get(version) ?? [];
    expect(
      published.some((parameters) => areEqual(parameters, vector)),
      () => `a worker computes with other parameters than were published as version ${version}`,
    );
  }

  saved({ position }: Extract<CoordinatorEffect, { type: "checkpoint" }>, plane: DataPlane): void {
    expect(
      position.version === plane.version,
      () => `a checkpoint says version ${position.version} and holds the parameters of version ${plane.version}`,
    );
    this.#books.saved(position);
  }

  /** True when the effect says that a result counts. */
  #heed(
    effect: CoordinatorEffect,
    before: CoordinatorState,
    event: CoordinatorEvent,
    state: CoordinatorState,
  ): boolean {
    switch (effect.type) {
      case "send":
        if (effect.message.type === "lease") {
          this.#books.lease(effect.peer, effect.message);
          this.#checkEngine(effect.peer, state);
        }
        if (effect.message.type === "next-stretch") this.#checkAnnouncement(effect.peer, effect.message, state);
        if (effect.message.type !== "counted") return false;
        this.#books.count(effect.peer, effect.message.lease);
        return true;
      case "accumulate":
        this.#books.accumulate(effect, event);
        return false;
      case "update":
        this.#books.update(effect, before, event);
        return false;
      case "report":
        if (effect.report.type === "loss") this.#books.reportLoss(effect.report.point);
        if (effect.report.type === "epoch") {
          this.#books.endEvaluation();
          this.#checkEvaluation(state, effect.report.point);
        }
        return false;
      default:
        return false;
    }
  }

  /** What a worker is told is what the coordinator goes by, and belongs to the lease in its hands. */
  #checkAnnouncement(peer: PeerId, said: NextStretchMessage, { workers, settings }: CoordinatorState): void {
    const { lease, announced } = workers.get(peer) ?? {};
    const { batchSize } = settings.recipe;
    const end = Math.min(settings.trainCount, (announced?.end ?? 0) * batchSize);
    expect(
      lease?.id === said.lease &&
        announced?.epoch === said.epoch &&
        announced.first * batchSize === said.position &&
        end === said.position + said.sampleCount,
      () => `peer ${peer} is told of another stretch than the coordinator means: ${JSON.stringify(said)}`,
    );
  }

  /** Every sample of the test set is in the confusion matrix once, and those that are right on its diagonal. */
  #checkEvaluation({ evaluation, settings }: CoordinatorState, { epoch, testAccuracy }: EpochPoint): void {
    const { testCount, recipe } = settings;
    const { classCount } = recipe.model;
    const counts = evaluation?.confusion ?? [];
    const sum = counts.reduce((total, count) => total + count, 0);
    const right = counts.reduce((total, count, place) => total + (place % (classCount + 1) === 0 ? count : 0), 0);
    expect(
      evaluation?.epoch === epoch && sum === testCount && right === Math.round(testAccuracy * testCount),
      () => `${sum} samples, ${right} of them right, are in the confusion matrix after epoch ${epoch}`,
    );
  }

  /** A run ends when it is complete, when a viewer wants it, or when it leads nowhere. */
  #checkEnd(before: CoordinatorState, event: CoordinatorEvent, state: CoordinatorState, mayDiverge: boolean): void {
    if (state.control === before.control) return;
    if (state.control === "finished")
      expect(
        state.step === this.#run.steps,
        () => `the run is finished after ${state.step} of ${this.#run.steps} steps`,
      );
    if (state.control !== "stopped") return;
    const isWanted = event.type === "message" && event.message.type === "control" && event.message.action === "stop";
    expect(
      isWanted || mayDiverge || event.type === "diverged",
      () => `the run was stopped, and nobody wanted that: ${state.ending}`,
    );
  }

  /** An exact run's leases go to one kind of engine only. */
  #checkEngine(peer: PeerId, state: CoordinatorState): void {
    const engine = state.workers.get(peer)?.fingerprint ?? null;
    expect(engine !== null, () => `worker ${peer} was given a lease before it had proven its engine`);
    if (!this.#run.training.settings.exact || this.#fingerprint === engine) return;
    expect(
      this.#fingerprint === null || !this.#books.hasCounted,
      () => `leases of one exact run go to engine ${engine} after results of ${this.#fingerprint} were counted`,
    );
    this.#fingerprint = engine;
  }

  /** Whoever says what is asked, over a connection that keeps its promise, is at fault in nothing. */
  #checkBlame(state: CoordinatorState, peer: PeerId, link: Link): void {
    const strikes = state.workers.get(peer)?.strikes ?? 0;
    expect(
      strikes === 0 || !link.isHonest || link.wasViolated,
      () => `worker ${peer} is blamed, though it is honest and its connection good`,
    );
  }

  #compare(before: CoordinatorState, event: CoordinatorEvent, state: CoordinatorState): void {
    if (event.type !== "diverged") {
      expect(state.version >= before.version, () => `the version went back from ${before.version} to ${state.version}`);
      expect(state.step >= before.step, () => `the step went back from ${before.step} to ${state.step}`);
    }
    expect(
      state.version === this.#books.version,
      () => `the state says version ${state.version}, published is ${this.#books.version}`,
    );
    if (state.round !== before.round || state.leases !== before.leases || state.workers !== before.workers)
      this.#books.compare(state);
    this.#checkFetching(state);
    this.#checkBounds(state);
  }

  /** Nobody waits for a worker that fetches the parameters: it has nothing in its hands. */
  #checkFetching({ workers, leases }: CoordinatorState): void {
    for (const { peer, state, lease } of workers.values())
      expect(
        state !== "fetching" || lease === null,
        () => `worker ${peer} fetches the parameters with a lease in hand`,
      );
    for (const { peer, state } of leases.values())
      expect(
        state !== "active" || workers.get(peer)?.state !== "fetching",
        () => `a lease of worker ${peer} is active while it fetches the parameters`,
      );
  }

  #checkBounds({ workers, leases, round, lastLease, pace }: CoordinatorState): void {
    expect(
      workers.size <= limits.workers + DEPARTED_WORKERS,
      () => `${workers.size} workers are kept, more than the ${limits.workers} that may join`,
    );
    expect(leases.size <= limits.workers + LEASES_REMEMBERED, () => `${leases.size} leases of one round are kept`);
    expect(
      round === null || round.parts.size <= round.shards.length,
      () => `${round?.parts.size} partial sums are kept for ${round?.shards.length} shards`,
    );
    expect(
      round === null || Math.max(round.notFinite.size, round.tooLarge.size) <= workers.size,
      () => `${round?.notFinite.size} and ${round?.tooLarge.size} failing workers are kept, there are ${workers.size}`,
    );
    expect(pace.length <= PACE_PARTS, () => `the pace of ${pace.length} parts is kept`);
    expect(lastLease <= 0xffff_ffff, () => `lease ${lastLease} cannot be named on the wire`);
  }
}

function areEqual(left: Float32Array, right: Float32Array): boolean {
  return left.length === right.length && left.every((value, i) => Object.is(value, right[i]));
}

function inWords(event: CoordinatorEvent): string {
  if (event.type === "contribution")
    return `the contribution of peer ${event.peer} for lease ${event.frame.lease}, version ${event.frame.version}`;
  if (event.type === "message") return `"${event.message.type}" of peer ${event.peer}`;
  return event.type;
}
