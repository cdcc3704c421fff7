/** The books of a run of `local`: which batches are whose, what came of them, and what the parameters are then. */
import type { CoordinatorEvent, CoordinatorState, PeerId, RunPosition } from "@convoy/coordination";
import type { LeaseMessage, LossPoint } from "@convoy/protocol";
import { normOf } from "@convoy/vectors";
import { AveragedParameters } from "./averaged-parameters.ts";
import { type Accumulate, type Books, mostOf, type Update, type Verdict } from "./books.ts";
import { BrokenInvariant, expect } from "./broken-invariant.ts";
import { ChangeSizes } from "./change-sizes.ts";
import { comparePosition, type LocalStanding, type SavedStandings } from "./local-standing.ts";
import { RoundBooks } from "./round-books.ts";
import { type Added, expectNobodyIsWaitedFor, lossesOf, StretchBooks } from "./stretch-books.ts";
import type { TinyTraining } from "./tiny-training.ts";

export class LocalBooks implements Books {
  hasCounted: boolean;
  readonly #training: TinyTraining;
  readonly #saved: SavedStandings;
  readonly #averaged: AveragedParameters;
  readonly #sizes: ChangeSizes;
  readonly #stepsOfEpoch: number;
  /** Where the newest version stands, and the one before it. */
  #standing: LocalStanding;
  #before: LocalStanding | null = null;
  #stretches: StretchBooks;
  /** While the test set is measured. */
  #evaluation: RoundBooks | null = null;
  #failing = new Set<PeerId>();
  /** Of the newest version's steps, those that are still to be reported. */
  #unreported: number[] = [];

  constructor(training: TinyTraining, saved: SavedStandings, version: number, evaluates: boolean) {
    const standing = saved.find(version, evaluates);
    expect(standing !== undefined, () => `a run goes on with version ${version} as it was never saved`);
    const { strategy, trainCount, recipe, seed, downCodec } = training.settings;
    if (strategy.type === "sync") throw new Error("these books are of the strategy local");
    this.#training = training;
    this.#saved = saved;
    this.#stepsOfEpoch = Math.ceil(trainCount / recipe.batchSize);
    this.#standing = standing;
    this.hasCounted = version > 0;
    this.#averaged = new AveragedParameters({ strategy, seed, downCodec }, standing, standing.optimizerState);
    this.#sizes = new ChangeSizes(normOf(standing.parameters), standing.sizes);
    this.#stretches = new StretchBooks(training, standing);
    if (evaluates) this.#openEvaluation();
  }

  get version(): number {
    return this.#standing.version;
  }

  get step(): number {
    return this.#standing.step;
  }

  judge(state: CoordinatorState, event: CoordinatorEvent): Verdict {
    if (this.#evaluation !== null) return this.#evaluation.judge(state, event);
    if (event.type !== "contribution") return "void";
    const { frame, finite, lossSum, stepLosses, correctCount } = event;
    if (frame.run !== state.settings.run || frame.version !== this.version) return "void";
    const stretch = this.#stretches.due(state, event.peer, frame.lease);
    if (stretch === null || correctCount > stretch.sampleCount) return "void";
    if (!finite || !Number.isFinite(lossSum)) return "no numbers";
    if (stepLosses.length !== stretch.end - stretch.first) return "void";
    return this.#sizes.isDoubtful(event.norm, stretch) ? "doubtful" : "counts";
  }

  lease(peer: PeerId, message: LeaseMessage): void {
    if (this.#evaluation !== null) this.#evaluation.lease(peer, message);
    else this.#stretches.lease(peer, message);
  }

  count(peer: PeerId, lease: number): void {
    this.hasCounted = true;
    if (this.#evaluation !== null) this.#evaluation.count(peer, lease);
    else this.#stretches.count(peer, lease);
  }

  accumulate(effect: Accumulate, event: CoordinatorEvent): void {
    expect(this.#evaluation === null, () => "a change was added in an evaluation");
    if (event.type !== "contribution") throw new BrokenInvariant(`a change was added at "${event.type}"`);
    const stretch = this.#stretches.accumulate(effect, event);
    this.#sizes.add(event.norm, stretch);
  }

  update({ version, sampleCount, codec }: Update, before: CoordinatorState, event: CoordinatorEvent): void {
    expect(version === this.version + 1, () => `version ${version} follows version ${this.version}`);
    expect(this.#evaluation === null, () => `version ${version} was made in an evaluation`);
    const added = this.#stretches.counted;
    const samples = added.reduce((sum, one) => sum + one.sampleCount, 0);
    expect(
      sampleCount === samples && samples > 0,
      () => `version ${version} divides by ${sampleCount} samples, and ${samples} were added`,
    );
    expectNobodyIsWaitedFor(before, event, this.#stretches.done, version);
    const { downCodec } = this.#training.settings;
    expect(
      downCodec === "auto" ? codec !== "top-k" : codec === downCodec,
      () => `version ${version} goes down as ${codec} in a run whose codec is ${downCodec}`,
    );
    this.#averaged.advance(added, { version, codec });
    this.#advance(version, added);
  }

  reportLoss({ step, loss }: LossPoint): void {
    const expectedStep = this.step - this.#unreported.length + 1;
    const expected = this.#unreported.shift();
    expect(
      step === expectedStep && loss === expected,
      () => `step ${step} reports a loss of ${loss}, and step ${expectedStep} of ${expected} is due`,
    );
  }

  endEvaluation(): void {
    const { epoch } = this.#standing;
    expect(this.#evaluation !== null, () => `epoch ${epoch + 1} was reported before all its batches`);
    this.#evaluation.endEvaluation();
    this.#evaluation = null;
    if (epoch + 1 === this.#training.settings.epochs) return;
    this.#standing = { ...this.#standing, epoch: epoch + 1, done: new Uint8Array(this.#stepsOfEpoch) };
    this.#open();
  }

  fail(peer: PeerId): void {
    if (this.#evaluation !== null) this.#evaluation.fail(peer);
    else this.#failing.add(peer);
  }

  mostFail(state: CoordinatorState): boolean {
    return this.#evaluation?.mostFail(state) ?? mostOf(this.#failing, state);
  }

  retract(): void {
    expect(this.#before !== null, () => "the newest version led nowhere, and there is none before it");
    this.#standing = this.#before;
    this.#unreported = [];
  }

  compare(state: CoordinatorState): void {
    const { epoch, step } = state;
    expect(
      this.#unreported.length === 0,
      () => `${this.#unreported.length} steps of version ${this.version} are kept back`,
    );
    const done = this.#standing.done.reduce((sum, isDone) => sum + isDone, 0);
    expect(
      step === this.step && epoch.epoch === this.#standing.epoch && epoch.batches === done,
      () => `the state says step ${step} and ${epoch.batches} batches, it is step ${this.step} and ${done}`,
    );
    if (this.#evaluation !== null) this.#evaluation.compare(state);
    else if (state.round !== null) this.#stretches.compare(state, state.round);
  }

  published(version: number, parameters: Float32Array): void {
    const expected = this.#standing.parameters;
    expect(version === this.version, () => `version ${version} was published, and ${this.version} is due`);
    for (let i = 0; i < expected.length; i++) {
      if (!Object.is(parameters[i], expected[i]))
        throw new BrokenInvariant(
          `parameter ${i} of version ${version} is ${parameters[i]}, the average of what came gives ${expected[i]}`,
        );
    }
  }

  saved(position: RunPosition): void {
    const standing = { ...this.#standing, sizes: this.#sizes.last };
    comparePosition(position, standing);
    this.#saved.keep(standing);
  }

  #advance(version: number, added: readonly Added[]): void {
    this.#before = this.#standing;
    this.#unreported = lossesOf(added, this.#training.settings.recipe.batchSize);
    const step = this.step + this.#unreported.length;
    const { epoch } = this.#standing;
    this.#standing = {
      version,
      step,
      epoch,
      done: this.#stretches.done.slice(),
      sizes: this.#sizes.last,
      ...this.#averaged.newest,
    };
    if (this.#standing.done.includes(0)) this.#open();
    else this.#openEvaluation();
  }

  #open(): void {
    this.#failing = new Set();
    this.#stretches = new StretchBooks(this.#training, this.#standing);
  }

  #openEvaluation(): void {
    const training = this.#training;
    const none = () => {
      throw new Error("an evaluation has no batches");
    };
    const run = { training, steps: this.version, batch: none, stepLoss: none, parameters: none };
    this.#evaluation = new RoundBooks(run, this.version, true);
  }
}
