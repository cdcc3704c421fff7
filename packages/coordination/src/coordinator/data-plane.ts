/**
 * The floats of a run: the published parameters, the optimizer's state, the tree of sums. It does what the core's
 * effects say and decides nothing; the process and any simulation share it.
 */
import { batchCount } from "@convoy/datasets";
import { assert } from "@convoy/foundation";
import { createOptimizer, type Group, type Optimizer, type OptimizerState } from "@convoy/gradients";
import { type CodecName, checksumIn, OutgoingFrame, type SealedChange } from "@convoy/protocol";
import type { EncodedVector } from "@convoy/vectors";
import { appliedRecipe } from "./local/strategy.ts";
import { MasterParameters, type Step } from "./master-parameters.ts";
import type { RunSettings } from "./settings.ts";
import { SumOfVectors } from "./sum-of-vectors.ts";

/** Where a run's floats begin: at its start, or where it was saved. */
export interface PlaneStart {
  readonly version: number;
  readonly parameters: Float32Array;
  /** The optimizer's vectors by name; without them it begins at zero. */
  readonly optimizerState?: OptimizerState;
  /** The coordinator's own parameters, where the published ones follow them encoded; without, they are the same. */
  readonly master?: Float32Array | null;
}

/** A run's floats at one moment; nobody writes to them. */
export type KeptVectors = Readonly<Required<PlaneStart>>;

type PlaneSettings = Pick<RunSettings, "run" | "recipe" | "trainCount" | "strategy" | "seed" | "downCodec">;

export class DataPlane {
  readonly #run: string;
  readonly #optimizer: Optimizer;
  readonly #sum = new SumOfVectors();
  /** Of changes, unless an update names another. */
  readonly #codec: CodecName;
  /** Null where all parameters are always sent, as they are. */
  readonly #master: MasterParameters | null;
  /** The newest parameters live in the frame that is sent: a step reads the old frame and writes the next. */
  #published: OutgoingFrame;
  #bytes: Uint8Array;
  readonly #reusesFrames: boolean;
  #spare: OutgoingFrame | null = null;
  #version: number;

  /** Writes to none of these vectors. `reusesFrames`: nobody has a frame any more when an update begins. */
  constructor(
    { run, recipe, trainCount, strategy, seed, downCodec }: PlaneSettings,
    { version, parameters, optimizerState, master }: PlaneStart,
    { reusesFrames = false } = {},
  ) {
    this.#run = run;
    this.#reusesFrames = reusesFrames;
    const stepsPerEpoch = batchCount(trainCount, recipe.batchSize);
    this.#optimizer = createOptimizer(
      appliedRecipe(recipe, strategy),
      stepsPerEpoch,
      parameters.length,
      optimizerState,
    );
    this.#codec = downCodec === "auto" ? "fp32" : downCodec;
    this.#master = downCodec === "fp32" ? null : new MasterParameters(seed, master ?? parameters);
    this.#version = version;
    this.#published = new OutgoingFrame(parameters.length);
    this.#published.vector.set(parameters);
    this.#bytes = this.#published.seal({ run, version, lease: 0 });
  }

  get version(): number {
    return this.#version;
  }

  /** The newest that were published: what workers hold. Not written to again, unless frames are reused: a later version has a vector of its own. */
  get parameters(): Float32Array {
    return this.#published.vector;
  }

  /** All vectors as they are now, to be kept: later updates have vectors of their own. */
  keep(): KeptVectors {
    const { version, parameters } = this;
    return { version, parameters, master: this.#master?.newest ?? null, optimizerState: this.#optimizer.state };
  }

  /** Nobody reads the optimizer's vectors of what was kept any more: a later update may write to them. */
  giveBack({ optimizerState }: KeptVectors): void {
    this.#optimizer.giveBack(optimizerState);
  }

  /** The newest parameters as a frame, the same bytes for every worker. */
  get frame(): Uint8Array {
    return this.#bytes;
  }

  /** The newest parameters for those who hold the version before, the same bytes for every worker. Null where they are sent all of them. */
  get change(): SealedChange | null {
    const frame = this.#master?.change ?? null;
    return frame === null ? null : { frame, checksum: checksumIn(this.#bytes) };
  }

  /** Takes a vector of floats over: it may be written to from now on. An encoded one has been read when this returns. */
  accumulate(group: Group, shardCount: number, vector: Float32Array | EncodedVector, weight = 1): void {
    assert(!this.#sum.isComplete, "a complete sum is used before the next begins");
    this.#sum.add(group, shardCount, { vector, weight });
  }

  /**
   * `codec`: of the change that leads to the next version; with fp32 that is the coordinator's own. Publishes it and returns true; or keeps the newest and returns false, when the next has values that are no numbers.
   */
  update(version: number, sampleCount: number, codec = this.#codec): boolean {
    // In `local` the tree ends with what came.
    const root = this.#sum.take();
    assert(root !== null, "an update follows a sum");
    assert(version === this.#version + 1, "versions follow each other");
    const next = this.#spare ?? new OutgoingFrame(this.parameters.length);
    this.#spare = this.#reusesFrames ? next : null;
    // Every version is one step from the one before it.
    const step: Step = (from, to) => this.#optimizer.step(from, root, { step: version, sampleCount }, to);
    const header = { run: this.#run, version, lease: 0 };
    const isPublished =
      this.#master === null
        ? step(this.parameters, next.vector)
        : this.#master.advance(step, { from: this.parameters, reached: next.vector }, { codec, header });
    if (!isPublished) return false;
    if (this.#reusesFrames) this.#spare = this.#published;
    this.#published = next;
    this.#version = version;
    this.#bytes = next.seal(header);
    return true;
  }
}
