/**
 * The floats of a run: the published parameters, the optimizer's state, the tree of sums. It does what the core's
 * effects say and decides nothing; the process and any simulation share it.
 */
import { batchCount } from "@convoy/datasets";
import { assert } from "@convoy/foundation";
import {
  addToTree,
  addUp,
  createOptimizer,
  type Group,
  type Optimizer,
  type OptimizerState,
  type PartialSums,
} from "@convoy/gradients";
import { OutgoingFrame } from "@convoy/protocol";
import { addVectors } from "@convoy/vectors";
import { appliedRecipe } from "./local/strategy.ts";
import type { RunSettings } from "./settings.ts";

/** Where a run's floats begin: at its start, or where it was saved. */
export interface PlaneStart {
  readonly version: number;
  readonly parameters: Float32Array;
  /** The optimizer's vectors by name; without them it begins at zero. */
  readonly optimizerState?: OptimizerState;
}

export class DataPlane {
  readonly #run: string;
  readonly #optimizer: Optimizer;
  #parts: PartialSums<Float32Array> = new Map();
  #root: Float32Array | null = null;
  /** The newest parameters live in the frame that is sent: a step reads the old frame and writes the next. */
  #published: OutgoingFrame;
  #bytes: Uint8Array;
  #version: number;

  /** Writes to none of these vectors. */
  constructor(
    { run, recipe, trainCount, strategy }: Pick<RunSettings, "run" | "recipe" | "trainCount" | "strategy">,
    { version, parameters, optimizerState }: PlaneStart,
  ) {
    this.#run = run;
    const stepsPerEpoch = batchCount(trainCount, recipe.batchSize);
    this.#optimizer = createOptimizer(
      appliedRecipe(recipe, strategy),
      stepsPerEpoch,
      parameters.length,
      optimizerState,
    );
    this.#version = version;
    this.#published = new OutgoingFrame(parameters.length);
    this.#published.vector.set(parameters);
    this.#bytes = this.#published.seal({ run, version, lease: 0 });
  }

  get version(): number {
    return this.#version;
  }

  /** The newest parameters. Never written to again: a later version has a vector of its own. */
  get parameters(): Float32Array {
    return this.#published.vector;
  }

  /** The optimizer's vectors by name, to be kept: the next update has vectors of its own. */
  get optimizerState(): OptimizerState {
    return this.#optimizer.state;
  }

  /** Nobody reads this state any more: a later update may write to its vectors. */
  giveBackOptimizerState(state: OptimizerState): void {
    this.#optimizer.giveBack(state);
  }

  /** The newest parameters as a frame, the same bytes for every worker. */
  get frame(): Uint8Array {
    return this.#bytes;
  }

  /** Takes the vector over: it may be written to from now on. */
  accumulate(group: Group, shardCount: number, vector: Float32Array, weight = 1): void {
    assert(this.#root === null, "a complete sum is used before the next begins");
    if (weight !== 1) for (let i = 0; i < vector.length; i++) vector[i] = Math.fround((vector[i] as number) * weight);
    const { parts, root } = addToTree(this.#parts, group, vector, shardCount, addVectors);
    this.#parts = parts;
    this.#root = root;
  }

  /** Publishes the next version and returns true; or keeps the newest and returns false, when the next has values that are no numbers. */
  update(version: number, sampleCount: number): boolean {
    // In `local` the tree ends with what came.
    const root = this.#root ?? addUp(this.#parts, addVectors);
    assert(root !== null, "an update follows a sum");
    assert(version === this.#version + 1, "versions follow each other");
    const next = new OutgoingFrame(this.parameters.length);
    // Every version is one step from the one before it.
    const allFinite = this.#optimizer.step(this.parameters, root, { step: version, sampleCount }, next.vector);
    this.#root = null;
    this.#parts = new Map();
    if (!allFinite) return false;
    this.#published = next;
    this.#version = version;
    this.#bytes = next.seal({ run: this.#run, version, lease: 0 });
    return true;
  }
}
