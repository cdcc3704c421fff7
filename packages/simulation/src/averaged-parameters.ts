/** The parameters of a run of `local`, worked out again from the changes that came, in the plainest way. */
import type { LocalStrategy } from "@convoy/coordination";
import { createOptimizer, type Optimizer, type OptimizerState } from "@convoy/gradients";
import type { Update } from "./books.ts";
import { type ChangeSettings, type FollowedVersion, followed, ownOf } from "./followed-parameters.ts";

export interface WeighedChange {
  /** From 0: the order in which changes are added. */
  readonly place: number;
  readonly sampleCount: number;
  readonly change: Float32Array;
}

/** What is kept of a version. */
export interface AveragedVersion extends FollowedVersion {
  readonly optimizerState: OptimizerState;
}

export class AveragedParameters {
  readonly #optimizer: Optimizer;
  readonly #settings: ChangeSettings;
  #newest: FollowedVersion;

  constructor(
    { strategy, ...settings }: ChangeSettings & { readonly strategy: LocalStrategy },
    newest: FollowedVersion,
    optimizerState?: OptimizerState,
  ) {
    const { learningRate, momentum } = strategy.outer;
    const { length } = newest.parameters;
    const optimizer = { type: momentum === 0 ? "sgd" : "nesterov", learningRate, momentum } as const;
    this.#optimizer = createOptimizer({ optimizer, batchSize: 1 }, 1, length, optimizerState);
    this.#settings = settings;
    this.#newest = newest;
  }

  get newest(): AveragedVersion {
    return { ...this.#newest, optimizerState: this.#optimizer.state };
  }

  advance(changes: readonly WeighedChange[], { version, codec }: Pick<Update, "version" | "codec">): void {
    const next = new Float32Array(this.#newest.parameters.length);
    const sampleCount = changes.reduce((sum, change) => sum + change.sampleCount, 0);
    this.#optimizer.step(ownOf(this.#newest), sumInOrder(changes), { step: version, sampleCount }, next);
    this.#newest = followed(this.#settings, this.#newest, next, { version, codec });
  }
}

/** Neighbours first: places 2i and 2i + 1, then pairs of pairs; what has no partner waits, and is added from left to right. */
function sumInOrder(changes: readonly WeighedChange[]): Float32Array {
  const waiting: { readonly first: number; readonly sum: Float32Array }[] = [];
  let level = new Map(changes.map(({ place, sampleCount, change }) => [place, times(change, sampleCount)]));
  for (let size = 1; level.size > 0; size *= 2) {
    const above = new Map<number, Float32Array>();
    for (const [index, sum] of level) {
      const partner = level.get(index ^ 1);
      if (partner === undefined) waiting.push({ first: index * size, sum });
      else if (index % 2 === 0) above.set(index / 2, plus(sum, partner));
    }
    level = above;
  }
  const [left, ...others] = waiting.toSorted((a, b) => a.first - b.first);
  if (left === undefined) throw new Error("a sum has at least one part");
  return others.reduce((total, { sum }) => plus(total, sum), left.sum);
}

function times(vector: Float32Array, factor: number): Float32Array {
  return vector.map((value) => value * factor);
}

function plus(left: Float32Array, right: Float32Array): Float32Array {
  return left.map((value, i) => value + (right[i] as number));
}
